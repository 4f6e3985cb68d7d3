import type { Cache } from '@pgsteward/cache';
import type { InvalidationWorker } from '@pgsteward/cache/cdc';
import { beforeEach, describe, expect, it } from 'vitest';
import { anyRowTag, rowTag, tableTag } from '../../../packages/cache/src/postgres/table-tags.ts';
import { availableMajors } from '../../support/index.ts';
import { goneAfter, type Setting, startSetting } from './workers.ts';

/** The oldest and the newest: the protocol is the same for all. */
const MAJORS = [...new Set([availableMajors()[0], availableMajors().at(-1)])];

let setting: Setting;
let cache: Cache;
let worker: InvalidationWorker;

async function oidOf(table: string): Promise<number> {
  const { rows } = await setting.client.query('select $1::regclass::oid as oid', [table]);
  return rows[0].oid;
}

/** Tags of table, any row, and the rows 1 to 3. */
async function tagsOf(table: string): Promise<readonly string[]> {
  const oid = await oidOf(table);
  return [tableTag(oid), anyRowTag(oid), ...['1', '2', '3'].map((id) => rowTag(oid, [id]))];
}

function run(sql: string): () => Promise<unknown> {
  return () => setting.client.query(sql);
}

describe.each(MAJORS)('on PostgreSQL %i', (major) => {
  beforeEach(async () => {
    setting = await startSetting(major === undefined ? {} : { major });
    await setting.client.query(`create table product (id int primary key, name text);
      create table loose (id int, name text);
      create table whole (id int primary key, name text);
      alter table whole replica identity full;
      insert into product select n, 'old' from generate_series(1, 3) n;
      insert into loose values (1, 'old');
      insert into whole values (1, 'old')`);
    cache = await setting.cache();
    worker = await setting.worker({ maxRowsPerTransaction: 50 });
  });

  it('a change invalidates its table and its rows, old key and new, and no other', async () => {
    const tags = await tagsOf('product');
    const [table, , one, two, three] = tags;
    const gone = (sql: string): Promise<readonly string[]> => goneAfter({ cache, worker }, tags, run(sql));
    expect(await gone("update product set name = 'new' where id = 1")).toEqual([table, one]);
    expect(await gone('update product set id = 3 where id = 2 and false')).toEqual([]);
    expect(await gone('delete from product where id = 3')).toEqual([table, three]);
    expect(await gone('update product set id = 3 where id = 2')).toEqual([table, two, three]);
    expect(await gone("insert into product values (2, 'new')")).toEqual([table, two]);
    expect(await gone('begin; delete from product; rollback')).toEqual([]);
    expect(await gone('select count(*) from product')).toEqual([]);
  });

  it('TRUNCATE, many rows and DDL invalidate all that depends on the table', async () => {
    const tags = await tagsOf('product');
    const [table, anyRow] = tags;
    const gone = (sql: string): Promise<readonly string[]> => goneAfter({ cache, worker }, tags, run(sql));
    expect(await gone('truncate product')).toEqual([table, anyRow]);
    const many = "insert into product select n, '' from generate_series(10, 100) n";
    expect(await gone(many)).toEqual([table, anyRow]);
    expect(await gone('alter table product add column price int')).toEqual([table, anyRow]);
    expect(await gone('alter table product rename to goods')).toEqual([table, anyRow]);
    expect(await gone('alter table goods enable row level security')).toEqual([table, anyRow]);
    expect(await gone('create policy own on goods using (id < 5)')).toEqual([table, anyRow]);
    expect(await gone('analyze goods')).toEqual([]);
    expect(await gone('drop table goods')).toEqual([table, anyRow]);
  });

  it('a change whose key is not known invalidates all rows, and the status says so', async () => {
    const tags = await tagsOf('whole');
    const [table, anyRow] = tags;
    const gone = await goneAfter({ cache, worker }, tags, run("update whole set name = 'new'"));
    expect(gone).toEqual([table, anyRow]);
    expect(worker.status()).toMatchObject({
      tables: ['public.product', 'public.whole'],
      withoutRowTags: [{ table: 'public.whole', reason: 'replica identity full' }],
      uncovered: [{ table: 'public.loose', reason: expect.stringContaining('no replica identity') }],
    });
    // What PostgreSQL would refuse, had the table been published.
    await setting.client.query("update loose set name = 'new'");
  });

  it('an application names tags of its own, in the transaction or outside', async () => {
    const emit = (isTransactional: boolean, prefix = 'pgcache'): string =>
      `select pg_logical_emit_message(${isTransactional}, '${prefix}', 'user:42')`;
    const gone = (sql: string): Promise<readonly string[]> =>
      goneAfter({ cache, worker }, ['user:42', 'user:4'], run(sql));
    expect(await gone(emit(true))).toEqual(['user:42']);
    expect(await gone(emit(false))).toEqual(['user:42']);
    expect(await gone(`begin; ${emit(true)}; rollback`)).toEqual([]);
    expect(await gone(emit(true, 'another'))).toEqual([]);
  });

  it('partitions go by their parent, also where one is truncated, detached or attached alone', async () => {
    await setting.client.query(`create table part (id int primary key) partition by range (id);
      create table part_1 partition of part for values from (1) to (10);
      create table part_2 partition of part for values from (10) to (20)`);
    const fresh = await setting.worker({ namespace: 'parts' });
    const own = await setting.cache({ namespace: 'parts' });
    const tags = await tagsOf('part');
    const [table, anyRow, one] = tags;
    const gone = (sql: string): Promise<readonly string[]> =>
      goneAfter({ cache: own, worker: fresh }, tags, run(sql));
    expect(await gone('insert into part values (1)')).toEqual([table, one]);
    expect(await gone('delete from part_1')).toEqual([table, one]);
    expect(await gone('truncate part_2')).toEqual([table, anyRow]);
    expect(await gone('alter table part detach partition part_2')).toEqual([table, anyRow]);
    const attach = 'alter table part attach partition part_2 for values from (10) to (20)';
    expect(await gone(attach)).toEqual([table, anyRow]);
  });
});
