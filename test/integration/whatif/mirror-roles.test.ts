import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  availableMajors,
  createDatabase,
  createRole,
  type TestDatabase,
  useIndexes,
} from '../../support/index.ts';
import { gapIds, mirrorOf } from './mirror-reading.ts';

const SCHEMA = `
create table secret (id int primary key, name text);
insert into secret select i, 'n' || i % 10 from generate_series(1, 1000) i;
create statistics secret_pair (dependencies, mcv) on id, name from secret;
create table guarded (id int primary key, name text);
insert into guarded select i, 'n' || i % 10 from generate_series(1, 1000) i;
alter table guarded enable row level security;
analyze;`;

const FUNCTIONS = `
create schema pgsteward;
create function pgsteward.column_statistics() returns setof pg_catalog.pg_stats
  language sql stable security definer set search_path = pg_catalog, pg_temp as 'select * from pg_catalog.pg_stats';
create function pgsteward.extended_statistics() returns setof pg_catalog.pg_stats_ext
  language sql stable security definer set search_path = pg_catalog, pg_temp as 'select * from pg_catalog.pg_stats_ext';
create function pgsteward.expression_statistics() returns setof pg_catalog.pg_stats_ext_exprs
  language sql stable security definer set search_path = pg_catalog, pg_temp as 'select * from pg_catalog.pg_stats_ext_exprs';
revoke execute on all functions in schema pgsteward from public;`;

describe.each([...availableMajors()])('a mirror of PostgreSQL %i taken by a role', (major) => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await createDatabase(major);
    await db.query(SCHEMA);
    await useIndexes(db);
  });

  afterAll(() => db.close());

  it('with pg_monitor alone has the schema and the sizes, and says how to see the statistics', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    const mirror = await mirrorOf(role.url);
    expect(mirror.columns).toEqual([]);
    expect(mirror.extended).toEqual([]);
    expect(mirror.extremes).toEqual([]);
    expect(mirror.relations.find(({ name }) => name === 'secret')).toMatchObject({ rows: 1000 });
    expect(mirror.ddl.map(({ name }) => name)).toEqual(expect.arrayContaining(['secret', 'secret_pkey']));
    expect(gapIds(mirror)).toEqual([
      'whatif/extended-hidden',
      'whatif/row-security',
      'whatif/statistics-hidden',
    ]);
    const hidden = mirror.gaps.find(({ id }) => id === 'whatif/statistics-hidden');
    expect(hidden?.reason).toContain('public.guarded');
    expect(hidden?.remedy).toContain(`grant pg_read_all_data to "${role.name}";`);
  });

  it('with the remedies granted has what they promise', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor', 'pg_read_all_data'] });
    const mirror = await mirrorOf(role.url);
    expect(mirror.columns.filter(({ table }) => table === 'secret')).toHaveLength(2);
    expect(mirror.columns.filter(({ table }) => table === 'guarded')).toEqual([]);
    expect(mirror.extremes).toContainEqual({
      schema: 'public',
      table: 'secret',
      column: 'id',
      least: '1',
      greatest: '1000',
    });
    expect(gapIds(mirror)).toContain('whatif/statistics-behind-policy');
    await db.query(`alter role ${role.name} bypassrls`);
    const unhindered = await mirrorOf(role.url);
    expect(unhindered.columns.filter(({ table }) => table === 'guarded')).toHaveLength(2);
    expect(gapIds(unhindered)).not.toContain('whatif/statistics-behind-policy');
  });

  it('that owns the tables has the extended statistics as well', async () => {
    const role = await createRole(db);
    await db.query(`alter table secret owner to ${role.name}`);
    const mirror = await mirrorOf(role.url);
    await db.query('alter table secret owner to current_user');
    expect(mirror.extended).toMatchObject([{ name: 'secret_pair', columnsByNumber: { 1: 'id', 2: 'name' } }]);
    expect(gapIds(mirror)).not.toContain('whatif/extended-hidden');
  });

  it('reads statistics through functions of the schema pgsteward, without a right on any table', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    await db.query(FUNCTIONS);
    await db.query(`grant usage on schema pgsteward to ${role.name}`);
    expect(gapIds(await mirrorOf(role.url))).toContain('whatif/statistics-hidden');
    await db.query(`grant execute on all functions in schema pgsteward to ${role.name}`);
    const mirror = await mirrorOf(role.url);
    expect(mirror.columns.map(({ table }) => table).toSorted()).toEqual([
      'guarded',
      'guarded',
      'secret',
      'secret',
    ]);
    expect(mirror.extended).toHaveLength(1);
    expect(gapIds(mirror)).toEqual(['whatif/extremes-hidden', 'whatif/row-security']);
    await db.query('alter function pgsteward.column_statistics() security invoker');
    expect((await mirrorOf(role.url)).columns).toEqual([]);
    await db.query('drop schema pgsteward cascade');
  });
});
