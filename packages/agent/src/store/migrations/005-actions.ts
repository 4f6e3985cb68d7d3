/**
 * What is proposed, approved, applied and undone on targets; the ledger of all of it, which can only grow and whose
 * entries are chained by their hashes; and the tokens by which people approve what a program applies. At most one
 * action on a subject is open at a time.
 */
export const actions = `
create table action (
  id text primary key,
  target_id integer not null references target,
  subject text not null,
  state text not null,
  changed_at timestamptz not null,
  body jsonb not null
);
create unique index action_open on action (target_id, subject)
  where state not in ('kept', 'reverted', 'failed', 'rejected');
create index action_by_time on action (target_id, changed_at);
create table ledger (
  number bigint primary key,
  target_id integer not null references target,
  action_id text not null references action,
  entry text not null,
  hash bytea not null
);
create index ledger_by_action on ledger (action_id, number);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger can only grow';
end $$;
create trigger ledger_only_grows before update or delete on ledger for each row execute function refuse_change();
create trigger ledger_is_kept before truncate on ledger for each statement execute function refuse_change();
create table approval_token (
  hash bytea primary key,
  action_id text not null references action,
  content_hash text not null,
  minted_by text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
`;
