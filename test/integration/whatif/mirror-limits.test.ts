import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  availableMajors,
  clientFor,
  createDatabase,
  createRole,
  type TestDatabase,
  withDatabase,
} from '../../support/index.ts';
import { gapIds, mirrorOf } from './mirror-reading.ts';

const SECRET = 'hush';

/** Every kind of statistics, each value with the secret in it, which no text of the schema holds. */
const SECRETS = `
create table client (id int primary key, name text, tags text[], words tsvector, at tsrange, doc jsonb, rare text);
insert into client select i, '${SECRET}' || i % 3, array['${SECRET}' || i % 4, 'x'], to_tsvector('simple', '${SECRET}' || i % 5),
  null, jsonb_build_object('k', '${SECRET}' || i % 7), '${SECRET}' || i from generate_series(1, 3000) i;
create index on client (name);
create index on client (rare);
create index on client (upper(name));
create statistics client_pair (mcv) on name, rare from client;
create statistics client_expression on upper(name), (id % 7) from client;
analyze;`;

describe.each([...availableMajors()])('a mirror of PostgreSQL %i', (major) => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await createDatabase(major);
  });

  afterAll(() => db.close());

  it('holds no value of a row when it is redacted, and reads none of the ends', async () => {
    await withDatabase(
      async (own) => {
        await own.query(SECRETS);
        const full = JSON.stringify(await mirrorOf(own.url));
        expect(full.toLowerCase().split(SECRET).length).toBeGreaterThan(300);
        const mirror = await mirrorOf(own.url, { isRedacted: true });
        expect(JSON.stringify(mirror).toLowerCase()).not.toContain(SECRET);
        expect(mirror.columns.length).toBeGreaterThan(5);
        expect(mirror.columns.find(({ column }) => column === 'name')).toMatchObject({ distinct: 3 });
        expect(gapIds(mirror)).toEqual(['whatif/redacted']);
      },
      { major },
    );
  });

  it('leaves locked tables out, waits for none of them, and says so', async () => {
    await withDatabase(
      async (own) => {
        await own.query(`
          create table busy (id int primary key, note text check (note <> ''));
          create index on busy (lower(note));
          create view over_busy as select * from busy;
          create table parent (id int) partition by list (id);
          create table part partition of parent for values in (1);
          create table calm (id int primary key);
          insert into calm values (1); insert into busy values (1, 'x');
          analyze`);
        const client = clientFor(own.url);
        await client.connect();
        await client.query('begin; lock table busy, part in access exclusive mode');
        const beganMs = performance.now();
        const mirror = await mirrorOf(own.url);
        const tookMs = performance.now() - beganMs;
        await client.query('rollback');
        await client.end();
        expect(tookMs).toBeLessThan(5_000);
        expect(mirror.ddl.map(({ name }) => name).toSorted()).toEqual([
          'calm',
          'calm_pkey',
          'parent',
          'public',
        ]);
        expect(
          mirror.gaps.filter(({ id }) => id === 'whatif/relation-locked').map(({ subject }) => subject?.name),
        ).toEqual(expect.arrayContaining(['busy', 'part']));
      },
      { major },
    );
  });

  it('says which tables were never analyzed and how to change that', async () => {
    await db.query(
      'create table "ne;w" (id int); alter table "ne;w" set (autovacuum_enabled = off); insert into "ne;w" values (1)',
    );
    const { gaps } = await mirrorOf(db.url);
    expect(gaps).toContainEqual(
      expect.objectContaining({ id: 'whatif/never-analyzed', remedy: 'analyze "public"."ne;w";' }),
    );
    await db.query('analyze "ne;w"');
    expect(gapIds(await mirrorOf(db.url))).not.toContain('whatif/never-analyzed');
    await db.query('drop table "ne;w"');
  });

  it('names what a shadow cannot have', async () => {
    await db.query(`
      create extension postgres_fdw;
      create server far foreign data wrapper postgres_fdw;
      create foreign table distant (id int) server far;
      create function native(int) returns int language internal immutable strict as 'int4inc';
      create table uses (id int, next int generated always as (native(id)) stored);
      create operator class half_order for type int4 using btree as function 1 btint4cmp(int4, int4),
        operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >`);
    const mirror = await mirrorOf(db.url);
    const ids = gapIds(mirror);
    for (const id of ['foreign-table', 'function-language', 'operator-class'])
      expect(ids).toContain(`whatif/${id}`);
    expect(mirror.relations.find(({ name }) => name === 'distant')).toMatchObject({ kind: 'r' });
    await withDatabase(
      async (copy) => {
        for (const { sql, kind } of mirror.ddl) if (kind !== 'extension') await copy.query(sql);
        const [column] = await copy.query(
          `select attgenerated from pg_attribute where attrelid = 'uses'::regclass and attname = 'next'`,
        );
        expect(column).toEqual({ attgenerated: 's' });
      },
      { major },
    );
    await db.query(
      'drop extension postgres_fdw cascade; drop table uses; drop operator family half_order using btree; drop function native',
    );
  });

  it("keeps the database's settings, whatever the reading role's own are, and names roles with theirs", async () => {
    const reader = await createRole(db, { memberOf: ['pg_monitor'] });
    const writer = await createRole(db);
    await db.query(`alter database ${db.name} set work_mem = '7MB'`);
    await db.query(`alter database ${db.name} set search_path = App, "We;ird, ""x"""`);
    await db.query(`alter role ${reader.name} set search_path = pg_catalog`);
    await db.query(`alter role ${reader.name} set random_page_cost = 1.7`);
    await db.query(`alter role ${writer.name} set work_mem = '64MB'`);
    const { server, settings, gaps } = await mirrorOf(reader.url);
    expect(server.searchPath).toEqual(['app', 'We;ird, "x"']);
    expect(settings).toMatchObject({ work_mem: '7168', random_page_cost: '4', jit: 'on' });
    expect(gaps.find(({ id }) => id === 'whatif/role-settings')?.reason).toContain(
      `${writer.name}: work_mem = 64MB`,
    );
  });
});
