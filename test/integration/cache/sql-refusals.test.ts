import { CACHE_ERRORS } from '@pgsteward/cache';
import type { SqlOptions } from '@pgsteward/cache/sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableMajors, createDatabase, type TestDatabase } from '../../support/index.ts';
import { cachedReads, databaseWith, throwRefused } from './sql-database.ts';

const SCHEMA = `
create table products (id int primary key, name text, price numeric, seen timestamptz, category text);
create table audit (id int);
create unlogged table scratch (id int);
create materialized view totals as select count(*) from products;
create sequence ids;
create view plain as select id, name from products;
create view nested as select * from plain where id > 0;
create view recent as select * from products where seen > now() - interval '1 day';
create view dated as select *, current_date as today from products;
create view lucky as select * from products where random() > 0.5;
create view ours as select * from products where category = current_setting('app.category', true);
create view catalogue as select * from pg_class;
create function vague() returns int language sql as 'select 1';
create function tidy(int) returns int language sql stable as 'select $1 + count(*)::int from audit';
create function standard(x int) returns int stable begin atomic select x + count(*)::int from audit; end;
create function hidden(int) returns int language plpgsql stable as 'begin return (select count(*) from audit); end';
create function defaulted(x float default random()) returns float language sql immutable as 'select x';
create function roundabout(int) returns int language sql stable as 'select tidy($1) + vague()';
create function jittered(products) returns float language sql as 'select random()';
create function jitter(int, int) returns int language sql as 'select $1';
create operator <~> (leftarg = int, rightarg = int, function = jitter);
create type money_like as (cents int);
create function to_money_like(int) returns money_like language sql volatile as 'select row($1)::money_like';
create cast (int as money_like) with function to_money_like(int);
create aggregate tallied (int) (sfunc = jitter, stype = int);
`;

/** Statement, codes of the reasons against it, and what the reader says of it. */
type Case = readonly [sql: string, codes: readonly string[], options?: SqlOptions];

const CASES: readonly Case[] = [
  ['select * from products where name like $1', []],
  ['select * from only products p join nested n using (id)', []],
  ['values (1), (2)', []],
  ['table products', []],
  ['with p as (select * from products) select count(*) from p', []],
  [`select to_char(seen, 'YYYY'), date_trunc('day', seen), seen::date, age(seen, seen) from products`, []],
  [`select json_agg(p), string_agg(name, ','), id % 2 from products p group by id`, []],
  [`select current_user, current_setting('TimeZone')`, []],
  ['select tidy(id), standard(x => id) from products', []],
  ['selec 1', ['SYNTAX']],
  ['select 1; select 2', ['SYNTAX']],
  ['insert into audit values (1) returning id', ['NOT_ONE_SELECT']],
  ['explain select 1', ['NOT_ONE_SELECT']],
  ['begin', ['NOT_ONE_SELECT']],
  ['with i as (insert into audit values (1) returning id) select * from i', ['MODIFYING_CTE']],
  ['with d as (delete from audit returning id) select * from d', ['MODIFYING_CTE']],
  ['select * from products for update', ['LOCKING_CLAUSE']],
  ['select * from (select * from products for share) p', ['LOCKING_CLAUSE']],
  ['select * from products tablesample system (10)', ['TABLE_SAMPLE']],
  ['select random()', ['VOLATILE_FUNCTION']],
  [`select nextval('ids')`, ['VOLATILE_FUNCTION']],
  ['select clock_timestamp()', ['VOLATILE_FUNCTION']],
  ['select vague()', ['VOLATILE_FUNCTION']],
  ['select roundabout(1)', ['VOLATILE_FUNCTION']],
  ['select defaulted()', ['VOLATILE_FUNCTION']],
  ['select p.jittered from products p', ['VOLATILE_FUNCTION']],
  ['select (p).jittered from products p', ['VOLATILE_FUNCTION']],
  ['select id <~> 1 from products', ['VOLATILE_FUNCTION']],
  ['select id operator(public.<~>) 1 from products', ['VOLATILE_FUNCTION']],
  ['select (id::money_like).cents from products', ['VOLATILE_FUNCTION']],
  ['select tallied(id) from products', ['VOLATILE_FUNCTION']],
  ['select * from lucky', ['VOLATILE_FUNCTION']],
  ['select now()', ['CLOCK_FUNCTION']],
  ['select * from recent', ['CLOCK_FUNCTION']],
  ['select * from dated', ['CLOCK_FUNCTION']],
  ['select current_date, localtimestamp(3)', ['CLOCK_FUNCTION', 'CLOCK_FUNCTION']],
  [`select * from products where seen > 'yesterday'`, ['CLOCK_FUNCTION']],
  [`select * from products where seen > 'today 10:00 utc'::timestamptz`, ['CLOCK_FUNCTION']],
  [`select '10:00'::timetz`, ['CLOCK_FUNCTION']],
  ['select age(seen) from products', ['CLOCK_FUNCTION']],
  ['select * from recent where id = $1', [], { ttlMs: 1_000 }],
  ['select random(), now()', ['VOLATILE_FUNCTION'], { ttlMs: 1_000 }],
  ['select pg_backend_pid()', ['SERVER_STATE']],
  [`select has_table_privilege('products', 'select')`, ['SERVER_STATE']],
  [`select 'products'::regclass::text`, ['SERVER_STATE']],
  ['select hidden(1)', ['OPAQUE_FUNCTION']],
  ['select hidden(1)', [], { tags: ['audit'] }],
  [`select current_setting('app.category')`, ['UNKNOWN_SETTING']],
  [`select current_setting('app.' || name) from products`, ['UNKNOWN_SETTING']],
  ['select * from ours', ['UNKNOWN_SETTING']],
  ['select * from ours', [], { session: { settings: { 'app.category': 'a' } } }],
  ['select * from ours', ['UNKNOWN_SETTING'], { session: { settings: { 'app.other': 'a' } } }],
  ['select * from pg_stat_activity', ['SYSTEM_TABLE']],
  ['select * from catalogue', ['SYSTEM_TABLE']],
  ['select * from information_schema.tables', ['SYSTEM_TABLE']],
  ['select last_value from ids', ['SEQUENCE']],
  ['select * from scratch', ['UNLOGGED_TABLE']],
  ['select * from scratch', [], { tags: ['scratch'] }],
  ['select * from totals', ['MATERIALIZED_VIEW']],
  ['select * from totals', [], { tags: ['totals'] }],
];

describe.each(availableMajors())('on PostgreSQL %i', (major) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase(major);
    await db.query(SCHEMA);
  });
  afterAll(() => db.close());

  const cases = CASES.map(([text, codes, options = {}]) => ({ text, codes, options }));
  it.each(cases)('"$text" has the reasons $codes against it', async ({ text, codes, options }) => {
    const { sql } = cachedReads(db);
    const { reasons, isCacheable } = await sql.explain(text, [], options);
    expect(reasons.map(({ code }) => code)).toEqual(codes);
    expect(isCacheable).toBe(codes.length === 0);
  });

  it('select into has a reason against it', async () => {
    const { sql } = cachedReads(db);
    const { reasons } = await sql.explain('select * into copy from products');
    expect(reasons).toMatchObject([{ code: 'SELECT_INTO', subject: 'copy' }]);
  });

  it('a parameter that says today has a reason against it, unless the reader says how old it may be', async () => {
    const { sql } = cachedReads(db);
    const text = 'select * from products where seen > $1 and name = $2';
    expect((await sql.explain(text, ['2026-01-01', 'today'])).reasons).toEqual([]);
    expect((await sql.explain(text, ['today', 'x'])).reasons).toMatchObject([{ code: 'CLOCK_FUNCTION' }]);
    expect((await sql.explain(text, ['today', 'x'], { ttlMs: 1_000 })).reasons).toEqual([]);
  });
});

describe('tables that the change stream says nothing of', () => {
  it('are refused: temporary, foreign, partitions of either kind', async () => {
    const db = await databaseWith(`
      create foreign data wrapper nowhere; create server nowhere foreign data wrapper nowhere;
      create foreign table far (id int) server nowhere;
      create table parted (id int) partition by range (id);
      create foreign table parted_far partition of parted for values from (0) to (10) server nowhere;
      create table half (id int) partition by range (id);
      create unlogged table half_logged partition of half for values from (0) to (10);
      create table parent (id int); create foreign table heir () inherits (parent) server nowhere;`);
    const { sql, pool } = cachedReads(db, { pool: { max: 1 } });
    const reason = async (text: string): Promise<unknown> => (await sql.explain(text)).reasons[0]?.code;
    expect(await reason('select * from far')).toBe('FOREIGN_TABLE');
    expect(await reason('select * from parted')).toBe('FOREIGN_TABLE');
    expect(await reason('select * from parent')).toBe('FOREIGN_TABLE');
    expect(await reason('select * from half')).toBe('UNLOGGED_TABLE');
    await pool.query('create temp table own (id int)');
    expect(await reason('select * from own')).toBe('TEMPORARY_TABLE');
  });
});

describe('a statement that is refused', () => {
  it('runs all the same, each time, and is told with what would mend it', async () => {
    const db = await databaseWith('create sequence ids');
    const told: string[] = [];
    const { sql, cache } = cachedReads(db, { onRefused: ({ code, why }) => told.push(`${code} ${why}`) });
    const next = `select nextval('ids')::int as id`;
    expect((await sql.query(next)).rows).toEqual([{ id: 1 }]);
    expect((await sql.query(next)).rows).toEqual([{ id: 2 }]);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^CACHE.NOT_CACHEABLE VOLATILE_FUNCTION pg_catalog.nextval: /);
    expect(cache.stats()).toMatchObject({ entries: 0, misses: 2 });
  });

  it('is an error where the application makes it one', async () => {
    const { sql } = cachedReads(await databaseWith('create table t (id int)'), { onRefused: throwRefused });
    await expect(sql.query('select random()')).rejects.toMatchObject({
      code: CACHE_ERRORS.NOT_CACHEABLE.code,
    });
    await expect(sql.query('select * from t')).resolves.toMatchObject({ rows: [] });
  });

  it('may be wrong, of which the database says what it always says', async () => {
    const { sql } = cachedReads(await databaseWith('create table t (id int)'));
    await expect(sql.query('selec 1')).rejects.toMatchObject({ code: '42601' });
    await expect(sql.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(sql.query('select 1; drop table t')).rejects.toMatchObject({ code: '42601' });
    await expect(sql.query('select id from t where id = $1', [])).rejects.toMatchObject({ code: '08P01' });
  });
});
