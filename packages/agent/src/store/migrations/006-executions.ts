/** Executions of statements as the server logged them, each with its plan: the latest and the slowest of each statement. */
export const executions = `
create table execution (
  target_id integer not null references target on delete cascade,
  fingerprint text not null,
  at timestamptz not null,
  duration_ms float8 not null,
  user_name text,
  application text,
  hash text not null,
  body jsonb not null,
  primary key (target_id, fingerprint, at, duration_ms)
);
create index execution_by_time on execution (target_id, at);
`;
