/**
 * What alerting remembers, what it is about to say and what came of it; the last diagnosis of each target, and the
 * plans that its statements have had. Bodies
 * belong to those who wrote them: the store gives them back as they came.
 */
export const alertsAndPlans = `
create table alert_memory (
  id integer primary key default 1 check (id = 1),
  body text not null,
  saved_at timestamptz not null default now()
);
create table silence (
  id text primary key,
  matchers text[] not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  author text not null,
  comment text not null
);
create table delivery (
  ordinal bigint generated always as identity primary key,
  id text not null unique,
  channel text not null,
  group_key text not null,
  body jsonb not null,
  enqueued_at timestamptz not null,
  next_attempt_at timestamptz,
  attempts integer not null
);
create index delivery_waiting on delivery (channel, group_key, ordinal) where next_attempt_at is not null;
create table delivery_attempt (
  id bigint generated always as identity primary key,
  delivery_id text not null,
  channel text not null,
  at timestamptz not null,
  status text not null,
  response_status integer,
  error text,
  duration_ms integer not null,
  attempt integer not null
);
create index delivery_attempt_by_time on delivery_attempt (at);
create table diagnosis (
  target_id integer primary key references target on delete cascade,
  taken_at timestamptz not null,
  report jsonb not null
);
create table plan (
  target_id integer not null references target on delete cascade,
  fingerprint text not null,
  hash text not null,
  source text not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  total_cost float8 not null,
  body jsonb not null,
  primary key (target_id, fingerprint, hash, source)
);
create index plan_by_time on plan (last_seen);
`;
