import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyCatalogQuery,
  catalogQueries,
  chooseVariant,
  runCatalogQuery,
} from '../../../packages/agent/src/catalog/index.ts';
import type { Session } from '../../../packages/agent/src/postgres/index.ts';
import { availableMajors, createDatabase, requestedMajors, type TestDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

/** Objects that give every query at least something to read. */
const OBJECTS = `
create table parent (id bigint generated always as identity primary key, name text not null, at timestamptz);
create table child (id serial primary key, parent_id bigint references parent, note text collate "en_US") with (fillfactor = 80);
alter table child add constraint note_short check (length(note) < 10) not valid;
create index child_note on child (lower(note), parent_id desc) include (id) where note is not null;
create unlogged table scratch (id int);
create materialized view summary as select count(*) from parent;
create table events (at date not null, n int) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_rest partition of events default;
create table "a;b""c" ("x y" int primary key, "Ünïcode" text);
create schema pgsteward;
create function pgsteward.column_statistics() returns setof pg_stats language sql stable security definer
  set search_path = pg_catalog as 'select * from pg_stats';
create function pgsteward.extended_statistics() returns setof pg_stats_ext language sql stable security definer
  set search_path = pg_catalog as 'select * from pg_stats_ext';
create function pgsteward.expression_statistics() returns setof pg_stats_ext_exprs language sql stable security definer
  set search_path = pg_catalog as 'select * from pg_stats_ext_exprs';
create statistics child_pair (mcv, ndistinct, dependencies) on parent_id, note from child;
create statistics child_expressions on lower(note), (parent_id % 10) from child;
create collation german (provider = icu, locale = 'de-DE');
create type mood as enum ('glad', 'it''s');
create domain short as text collate german check (length(value) < 10);
create type span as range (subtype = float8);
create type pair as (a int, b text);
create function half(int) returns int language sql immutable as 'select $1 / 2';
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create operator ### (leftarg = int, rightarg = int, function = int4pl);
create cast (pair as text) with inout;
create sequence ticket;
do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$;
create view tickets as select last_value from ticket;
create text search dictionary plain (template = simple);
create text search configuration plainly (copy = simple);
alter table scratch enable row level security;
insert into parent (name) select 'n' || i from generate_series(1, 500) i;
insert into child (parent_id, note) select i, 'x' from generate_series(1, 500) i;
analyze;`;

/** Values for the parameters of listings and of queries on given relations. */
async function parametersOf(query: AnyCatalogQuery, db: TestDatabase): Promise<readonly unknown[]> {
  if (query.parameters.length === 0) return [];
  if (query.parameters[0] === 'last object id seen') {
    return query.parameters.length === 2 ? [0, 1000] : [0, 1000, []];
  }
  if (query.id === 'catalog/log-part') return ['PG_VERSION', 0, 10];
  if (query.id === 'catalog/relation-sizes') return [1000, []];
  if (query.id === 'catalog/index-states') return [['public'], ['child_note']];
  if (query.id === 'catalog/preflight' || query.id === 'catalog/table-options') return ['public', 'child'];
  if (query.id === 'catalog/index-build-progress') return [0];
  if (query.id === 'catalog/column-targets') return ['public', 'child', ['note', 'id']];
  if (query.id === 'catalog/constraint-state') return ['public', 'child', 'note_short'];
  if (query.id === 'catalog/object-state') return ['public', 'child_pair'];
  if (query.id === 'catalog/rebuild-leftovers') return ['public', 'child_note'];
  if (query.id === 'catalog/session-state') return sessionOf(db);
  if (query.id === 'catalog/volatile-functions') return [['lower', 'random', 'no_such']];
  if (query.id === 'catalog/setting-state') return [['work_mem', 'shared_buffers']];
  if (query.id === 'catalog/system-setting') return ['work_mem'];
  if (query.id === 'catalog/own-setting') return ['work_mem', db.name, ''];
  if (query.parameters[0] === 'names of tables and indexes') return [['parent', 'child', 'a;b"c']];
  const kinds = query.id === 'catalog/index-bloat' ? 'i' : 'rm';
  const rows = await db.query<{ oid: number }>(
    'select oid::int from pg_class where relnamespace = $1::regnamespace and position(relkind::text in $2) > 0',
    ['public', kinds],
  );
  const oids = rows.map((row) => row.oid);
  return query.parameters.length === 2 ? [oids, ['parent', 'child']] : [oids];
}

async function sessionOf(db: TestDatabase): Promise<readonly unknown[]> {
  const [row] = await db.query<{ pid: number; at: string }>(
    'select pid, backend_start::text as at from pg_stat_activity where pid = pg_backend_pid()',
  );
  return [row?.pid, row?.at];
}

describe.each([...availableMajors()])('catalogue queries on PostgreSQL %i', (major) => {
  let db: TestDatabase;
  let session: Session;

  beforeAll(async () => {
    db = await createDatabase(major, { extensions: ['pg_stat_statements', 'pg_buffercache'] });
    await db.query(OBJECTS.replace('collate "en_US"', ''));
    session = await openTestSession(db.url);
  });

  afterAll(async () => {
    await session.close();
    await db.close();
  });

  it.each(catalogQueries.map((query) => [query.id, query] as const))('%s', async (_, query) => {
    const choice = chooseVariant(query, session.capabilities);
    if ('unavailable' in choice) {
      expect(choice.unavailable.remedy, query.id).not.toBe('');
      const isNewer = ['catalog/io', 'catalog/buffer-cache'].includes(query.id) && major < 16;
      expect(query.node === 'standby' || isNewer, query.id).toBe(true);
      return;
    }
    const values = await parametersOf(query, db);
    await db.query(`prepare audited as ${choice.sql}`);
    await db.query('deallocate audited');
    const result = await runCatalogQuery(session, query, values);
    expect(result, JSON.stringify(result)).toMatchObject({ ok: true });
  });

  it('returns exactly the columns that the row schema names', async () => {
    for (const query of catalogQueries) {
      const choice = chooseVariant(query, session.capabilities);
      if ('unavailable' in choice) continue;
      const values = await parametersOf(query, db);
      const rows = await session.read({ id: query.id, sql: choice.sql, values, timeoutMs: 5_000 });
      const shape = (query.row as unknown as { shape: Record<string, unknown> }).shape;
      if (rows[0] !== undefined) expect(Object.keys(rows[0]), query.id).toEqual(Object.keys(shape));
    }
  });
});

it('ran on every major that was asked for', () => {
  expect(availableMajors()).toEqual(requestedMajors());
});
