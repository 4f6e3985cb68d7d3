/**
 * Series of numbers in two orientations: blocks hold all series of a family at one instant, until their period is over
 * and they become chunks, which hold one series over the period. Blocks of hours stay beside their chunks, for totals. `at` of a raw block is when it was read; of a rollup and a chunk, when its period
 * began. A body says nothing about its length in time: that a family was read at all stands in `covered_ms`.
 */
export const history = `
create table target (
  id integer generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);
create table family (
  id integer generated always as identity primary key,
  target_id integer not null references target on delete cascade,
  kind text not null,
  unique (target_id, kind)
);
create table series (
  family_id integer not null references family on delete cascade,
  ordinal integer not null,
  key text[] not null,
  first_seen timestamptz not null default now(),
  primary key (family_id, ordinal),
  unique (family_id, key)
);
create table block_raw (
  family_id integer not null,
  shard integer not null,
  at timestamptz not null,
  covered_ms integer not null,
  body bytea not null,
  primary key (family_id, at, shard)
);
create table block_1m (like block_raw including all);
create table block_5m (like block_raw including all);
create table block_1h (like block_raw including all) partition by range (at);
create table chunk_raw (
  family_id integer not null,
  ordinal integer not null,
  at timestamptz not null,
  body bytea not null,
  primary key (family_id, ordinal, at)
) partition by range (at);
create table chunk_1m (like chunk_raw including all) partition by range (at);
create table chunk_5m (like chunk_raw including all) partition by range (at);
create table chunk_1h (like chunk_raw including all) partition by range (at);
create table statement_text (
  fingerprint text primary key,
  query text not null,
  first_seen timestamptz not null default now()
);
create table event (
  id bigint generated always as identity primary key,
  target_id integer not null references target on delete cascade,
  at timestamptz not null,
  kind text not null,
  subject text not null,
  detail jsonb not null
);
create index event_by_time on event (target_id, at);
`;
