import { anyRowTag, rowTag, tableTag } from '@pgsteward/cache/sql';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { availableMajors } from '../../support/index.ts';
import { type CachedDatabase, cachedReads, databaseWith, throwRefused } from './sql-database.ts';

const SCHEMA = `
create table products (id int primary key, name text, price numeric(12, 4));
insert into products select n, 'p' || n, n from generate_series(1, 20) n;
create table lines (order_id bigint, place smallint, note text, primary key (order_id, place));
insert into lines values (9007199254740993, 1, 'a'), (2, 1, 'b');
create table users (email text primary key, id uuid);
insert into users values ('a@b', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
create table sessions (id uuid primary key);
create table exact (amount numeric primary key, price text);
create table padded (code char(5) primary key);
create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table folded (name text collate loose primary key);
create table events (id int, day date, primary key (id, day)) partition by range (day);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create table plain (id int);
create view shown as select * from products where price > 0;
create table parent (id int primary key); create table child () inherits (parent);
create table guarded (id int primary key, owner text);
`;

async function oidOf({ db }: CachedDatabase, name: string): Promise<number> {
  const [row] = await db.query<{ readonly oid: number }>('select $1::regclass::oid as oid', [name]);
  return row?.oid ?? 0;
}

describe.each(availableMajors())('on PostgreSQL %i, a row found by its whole primary key', (major) => {
  it('is a tag of its own; all else is its table', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA, { major }));
    const oid = await oidOf(opened, 'products');
    const row = [rowTag(oid, ['7']), anyRowTag(oid)];
    const table = [tableTag(oid)];
    const cases: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
      ['select * from products where id = $1', [7], row],
      ['select * from products where id = $1', ['007'], row],
      ['select * from products where id = $1', [' +7 '], row],
      ['select * from products where id = $1', [7n], row],
      ['select * from products where $1 = id', [7], row],
      ['select * from products where id = $1::int8 and price > $2', [7, 1], row],
      ['select * from public.products p where p.id = 7 and (price > 1 or price < 0)', [], row],
      [`select sum(price) from products where id = '007'`, [], row],
      ['select * from products where id = $1', [null], table],
      ['select * from products where id = $1', ['0x7'], table],
      ['select * from products where id = $1 or price > 3', [7], table],
      ['select * from products where id > $1', [7], table],
      ['select * from products where not id = $1', [7], table],
      ['select * from products where id = 7.0', [], table],
      ['select * from products where id + 0 = $1', [7], table],
      ['select * from products where price = $1', [7], table],
      ['select * from products p where p.id = $1 and exists (select from products)', [7], table],
      ['select * from products where id = $1 union select * from products where id = $1', [7], table],
      ['select * from shown where id = $1', [7], table],
      ['select * from products as p (a, id) where p.id = $1', ['p7'], table],
    ];
    for (const [text, parameters, tags] of cases) {
      const explained = await opened.sql.explain(text, parameters);
      expect([text, explained.reasons, explained.tags]).toEqual([text, [], tags]);
    }
  });

  it('is found through joins that cannot leave it out', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA, { major }));
    const [product, user] = [await oidOf(opened, 'products'), await oidOf(opened, 'users')];
    const row = [rowTag(product, ['7']), anyRowTag(product)];
    const tagsOf = async (text: string): Promise<readonly string[]> =>
      (await opened.sql.explain(text, [7])).tags;
    expect(await tagsOf('select * from products p join users u on p.id = $1')).toEqual([
      ...row,
      tableTag(user),
    ]);
    expect(await tagsOf('select * from products p, users u where p.id = $1')).toEqual([
      ...row,
      tableTag(user),
    ]);
    expect(await tagsOf('select * from products p left join users u on true where p.id = $1')).toEqual([
      ...row,
      tableTag(user),
    ]);
    expect(await tagsOf('select * from products p left join users u on p.id = $1')).toContain(
      tableTag(product),
    );
    expect(await tagsOf('select * from users u left join products p on p.id = $1')).toContain(
      tableTag(product),
    );
    expect(await tagsOf('select * from products p full join users u on p.id = $1')).toContain(
      tableTag(product),
    );
    // Which table a bare name means is not known without the catalogue.
    expect(await tagsOf('select name from products, plain p2 where name = $1::text')).toContain(
      tableTag(product),
    );
  });

  it('is named by every column of its key, each in the one way that PostgreSQL writes it', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA, { major }));
    const tagsOf = async (text: string, ...parameters: unknown[]): Promise<readonly string[]> =>
      (await opened.sql.explain(text, parameters)).tags;
    const lines = await oidOf(opened, 'lines');
    const line = 'select * from lines where place = $1 and order_id = $2';
    expect(await tagsOf(line, 1, '9007199254740993')).toEqual([
      rowTag(lines, ['9007199254740993', '1']),
      anyRowTag(lines),
    ]);
    expect(await tagsOf('select * from lines where order_id = $1', 2)).toEqual([tableTag(lines)]);
    const users = await oidOf(opened, 'users');
    expect(await tagsOf('select * from users where email = $1', '007 ')).toContain(rowTag(users, ['007 ']));
    const sessions = await oidOf(opened, 'sessions');
    const uuid = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
    const byUuid = 'select * from sessions where id = $1';
    expect(await tagsOf(byUuid, uuid)).toContain(rowTag(sessions, [uuid.toLowerCase()]));
    expect(await tagsOf(byUuid, `{${uuid}}`)).toEqual([tableTag(sessions)]);
    const events = await oidOf(opened, 'events');
    expect(await tagsOf('select * from events_2026')).toEqual([tableTag(events)]);
    expect(await tagsOf('select * from events, events_2026')).toEqual([tableTag(events)]);
  });

  it('is its table where equal values may be written differently, or other tables hold its rows', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA, { major }));
    for (const [text, table] of [
      ['select * from exact where amount = $1', 'exact'],
      ['select * from padded where code = $1', 'padded'],
      ['select * from folded where name = $1', 'folded'],
    ] as const) {
      expect((await opened.sql.explain(text, ['1'])).tags).toEqual([tableTag(await oidOf(opened, table))]);
    }
    const [parent, child] = [await oidOf(opened, 'parent'), await oidOf(opened, 'child')];
    expect((await opened.sql.explain('select * from parent where id = $1', [1])).tags).toEqual([
      tableTag(parent),
      tableTag(child),
    ]);
    await opened.db.query(`create function same(int, int) returns bool immutable language sql as 'select true';
      create operator public.= (leftarg = int, rightarg = int, function = same)`);
    opened.sql.forget();
    expect((await opened.sql.explain('select * from products where id = $1', [1])).tags).toEqual([
      tableTag(await oidOf(opened, 'products')),
    ]);
  });
});

describe.each(availableMajors())('on PostgreSQL %i, a row found by a list of keys', (major) => {
  it('is a tag of its own, as long as there are few and all are known', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA, { major }));
    const products = await oidOf(opened, 'products');
    const rows = [rowTag(products, ['7']), rowTag(products, ['8']), anyRowTag(products)];
    const table = [tableTag(products)];
    const many = Array.from({ length: 40 }, (_, id) => id);
    const cases: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
      ['select * from products where id in ($1, $2, $1)', [7, 8], rows],
      ['select * from products where id in (7, 8)', [], rows],
      ['select * from products where id = any ($1)', [[7, 8]], rows],
      ['select * from products where id = any ($1::int8[])', ['{007,8,NULL}'], rows],
      ['select * from products where id = any (array[$1, 8])', [7], rows],
      ['select * from products where id = any ($1)', [[]], [anyRowTag(products)]],
      ['select * from products where id in ($1, null)', [7], table],
      ['select * from products where id not in ($1, $2)', [7, 8], table],
      ['select * from products where id <> any ($1)', [[7, 8]], table],
      ['select * from products where id = all ($1)', [[7, 8]], table],
      ['select * from products where id in (select 7)', [], table],
      ['select * from products where id = any ($1)', [many], table],
      ['select * from products where id = any ($1)', ['{7, 8}'], table],
      ['select * from products where id = any ($1)', [null], table],
      ['select * from products where id = any ($1::numeric[])', [[7, 8]], table],
    ];
    for (const [text, parameters, tags] of cases) {
      const explained = await opened.sql.explain(text, parameters);
      expect([text, explained.reasons, explained.tags]).toEqual([text, [], tags]);
    }
    const lines = await oidOf(opened, 'lines');
    const text = 'select * from lines where order_id = $1 and place = any ($2)';
    expect((await opened.sql.explain(text, [2, [1, 3]])).tags).toEqual([
      rowTag(lines, ['2', '1']),
      rowTag(lines, ['2', '3']),
      anyRowTag(lines),
    ]);
    const users = await oidOf(opened, 'users');
    const byEmail = 'select * from users where email = any ($1)';
    expect((await opened.sql.explain(byEmail, [['a"b\\c', ' d,']])).tags).toEqual([
      rowTag(users, ['a"b\\c']),
      rowTag(users, [' d,']),
      anyRowTag(users),
    ]);
  });
});

describe('a cached row', () => {
  it('survives what happens to other rows, and not what happens to its own or to its whole table', async () => {
    const opened = cachedReads(await databaseWith(SCHEMA), { onRefused: throwRefused });
    const { db, sql, cache } = opened;
    const oid = await oidOf(opened, 'products');
    const price = async (id: unknown): Promise<unknown> =>
      (await sql.query('select price from products where id = $1', [id])).rows[0]?.['price'];
    expect(await price(7)).toBe('7.0000');
    await db.query('update products set price = price + 0.5');
    await cache.invalidate([tableTag(oid), rowTag(oid, ['8'])]);
    expect(await price(7)).toBe('7.0000');
    await cache.invalidate([tableTag(oid), rowTag(oid, ['7'])]);
    expect(await price(7)).toBe('7.5000');
    expect(await price('007')).toBe('7.5000');
    await db.query('truncate products');
    await cache.invalidate([tableTag(oid), anyRowTag(oid)]);
    expect(await price('007')).toBeUndefined();
    expect(cache.stats().loads).toBe(4);
  });

  it('gives way to the tables where there are more tags than an entry carries', async () => {
    const names = Array.from({ length: 17 }, (_, index) => `t${index}`);
    const opened = cachedReads(
      await databaseWith(names.map((name) => `create table ${name} (id int primary key);`).join('')),
    );
    const from = (count: number): string => {
      const used = names.slice(0, count);
      return `select 1 from ${used.join(', ')} where ${used.map((name) => `${name}.id = $1`).join(' and ')}`;
    };
    expect((await opened.sql.explain(from(16), [1])).tags).toHaveLength(32);
    expect((await opened.sql.explain(from(17), [1])).tags).toHaveLength(17);
    expect((await opened.sql.explain(from(16), [1], { tags: ['own'] })).tags).toHaveLength(17);
  });
});

const VALUES = `select
  9007199254740993::int8 as big, 12345678901234567890.123456789::numeric as exact, 'NaN'::float8 as nan,
  0.1::float4 as real, true as flag, null::int as nothing, '2026-01-02 03:04:05.123456+00'::timestamptz as moment,
  '2026-01-02'::date as day, interval '1 year 2 days' as span, '{"a": [1, 2.50]}'::json as document, '\\x00ff'::bytea as bytes,
  '{{1,2},{3,null}}'::int[] as list, array['a,b', null] as texts, 'ä"\\' as text, '(1,2)'::point as place, 1 as twice, 2 as twice`;

describe('a cached result', () => {
  it('is what node-postgres gives, to the last digit, from the loader, the process and the shared form', async () => {
    const { pool, sql } = cachedReads(await databaseWith(''), { onRefused: throwRefused });
    const expected = await pool.query(VALUES);
    for (let read = 0; read < 3; read += 1) {
      const { rows, rowCount, fields, command } = await sql.query(VALUES);
      expect(rows).toEqual(expected.rows);
      expect({ rowCount, command }).toEqual({ rowCount: 1, command: 'SELECT' });
      expect(fields).toEqual(expected.fields.map((field) => ({ ...field })));
    }
  });

  it('is made by the types of the reader: microseconds, big integers', async () => {
    const db = await databaseWith('');
    const types = new pg.TypeOverrides();
    types.setTypeParser(20, BigInt);
    types.setTypeParser(1184, (text) => text);
    const plain = cachedReads(db);
    const own = cachedReads(db, { pool: { types }, cache: plain.cache });
    const read = async ({ sql }: CachedDatabase): Promise<unknown> => {
      const { rows } = await sql.query(`select big, moment from (${VALUES}) v`);
      return rows[0];
    };
    const moment = new Date('2026-01-02T03:04:05.123Z');
    expect(await read(plain)).toEqual({ big: '9007199254740993', moment });
    const exact = expect.stringContaining('.123456');
    expect(await read(own)).toEqual({ big: 9007199254740993n, moment: exact });
    expect(await read(plain)).toEqual({ big: '9007199254740993', moment });
  });

  it('cannot be changed by one reader for another', async () => {
    const { sql, cache } = cachedReads(await databaseWith(''), { onRefused: throwRefused });
    const frozen = await sql.query<{ list: number[] }>(
      `select '{1,2}'::int[] as list, '{"a": {}}'::jsonb as doc`,
    );
    expect(() => frozen.rows[0]?.list.push(3)).toThrow(TypeError);
    expect(await sql.query(`select '{1,2}'::int[] as list, '{"a": {}}'::jsonb as doc`)).toBe(frozen);
    const text = `select '2026-01-02'::timestamp as day`;
    const mine = await sql.query<{ day: Date }>(text);
    mine.rows[0]?.day.setFullYear(1999);
    const { rows } = await sql.query<{ day: Date }>(text);
    expect(rows[0]?.day.getFullYear()).toBe(2026);
    expect(cache.stats()).toMatchObject({ loads: 2, l1Hits: 2 });
  });
});

describe('a parameter', () => {
  it('is told from others by what is sent: null, texts, bytes, lists, documents', async () => {
    const { sql, cache } = cachedReads(await databaseWith(''), { onRefused: throwRefused });
    const values = [null, '', 'n', 'null', 'a', ['a'], ['a', null], { a: 1 }, '1', 'sa'];
    for (let round = 0; round < 2; round += 1) {
      for (const value of values) await sql.query('select $1::text as value', [value]);
      await sql.query('select $1::bytea as value', [Buffer.from('a')]);
      await sql.query('select $1::text as value, $2::text as other', ['a', 'bc']);
      await sql.query('select $1::text as value, $2::text as other', ['ab', 'c']);
    }
    expect(cache.stats()).toMatchObject({ loads: values.length + 3, l1Hits: values.length + 3 });
    expect((await sql.query('select $1::text as value', [{ a: 1 }])).rows).toEqual([{ value: '{"a":1}' }]);
    expect((await sql.explain('select $1::int8, $2 || $3')).parameterTypes).toEqual([20, 25, 25]);
  });

  it('is another key when PostgreSQL gives it another type', async () => {
    const opened = cachedReads(await databaseWith('create table t (v int); insert into t values (7)'));
    const { db, sql, cache } = opened;
    const read = async (): Promise<unknown> =>
      (await sql.query('select 1 as found from t where v = $1', ['7'])).rows;
    expect([await read(), await read()]).toEqual([[{ found: 1 }], [{ found: 1 }]]);
    await db.query(`alter table t alter v type text using '07'`);
    sql.forget();
    expect(await read()).toEqual([]);
    expect(cache.stats()).toMatchObject({ loads: 2, l1Hits: 1 });
  });
});
