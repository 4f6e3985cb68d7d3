import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '@pgsteward/cache';
import { type InvalidationWorker, installOutbox, removeOutbox } from '@pgsteward/cache/cdc';
import { beforeEach, describe, expect, it } from 'vitest';
import { anyRowTag, rowTag, tableTag } from '../../../packages/cache/src/postgres/table-tags.ts';
import { availableMajors, clientFor } from '../../support/index.ts';
import { caughtUp, goneAfter, type Setting, startSetting } from './workers.ts';

const MAJORS = [...new Set([availableMajors()[0], availableMajors().at(-1)])];

let setting: Setting;
let cache: Cache;
let worker: InvalidationWorker;

async function tagsOf(table: string): Promise<readonly string[]> {
  const { rows } = await setting.client.query('select $1::regclass::oid as oid', [table]);
  const oid = rows[0].oid;
  return [tableTag(oid), anyRowTag(oid), ...['1', '2', '3'].map((id) => rowTag(oid, [id]))];
}

function gone(tags: readonly string[], sql: string): Promise<readonly string[]> {
  return goneAfter({ cache, worker }, tags, () => setting.client.query(sql));
}

async function outboxRows(): Promise<number> {
  const { rows } = await setting.client.query('select count(*)::int as n from pgcache_outbox');
  return rows[0].n;
}

describe.each(MAJORS)('an outbox on PostgreSQL %i without wal_level = logical', (major) => {
  beforeEach(async () => {
    const settings = { wal_level: 'replica', synchronous_commit: 'on' };
    setting = await startSetting(major === undefined ? { settings } : { major, settings });
    await setting.client.query(`create table product (id int primary key, name text);
      create table loose (id int, name text);
      create table pair (a int, b text, "odd "" name" int, primary key ("odd "" name", b));
      create table part (id int primary key) partition by range (id);
      create table part_1 partition of part for values from (1) to (10);
      insert into product select n, 'old' from generate_series(1, 3) n`);
    const tables = ['product', 'loose', 'pair', 'part'];
    await installOutbox({ database: setting.url, tables, maxRows: 50 });
    cache = await setting.cache();
    worker = await setting.worker({ mode: 'outbox' });
  });

  it('a change invalidates its table and its rows, old key and new', async () => {
    const tags = await tagsOf('product');
    const [table, anyRow, one, two, three] = tags;
    expect(await gone(tags, "update product set name = 'new' where id = 1")).toEqual([table, one]);
    expect(await gone(tags, 'update product set id = 3 where id = 2 and false')).toEqual([]);
    expect(await gone(tags, 'delete from product where id = 3')).toEqual([table, three]);
    expect(await gone(tags, 'update product set id = 3 where id = 2')).toEqual([table, two, three]);
    expect(await gone(tags, 'begin; delete from product; rollback')).toEqual([]);
    const many = "insert into product select n, '' from generate_series(10, 100) n";
    expect(await gone(tags, many)).toEqual([table, anyRow]);
    expect(await gone(tags, 'truncate product')).toEqual([table, anyRow]);
    expect(await gone(tags, 'alter table product add column price int')).toEqual([table, anyRow]);
    expect(await outboxRows()).toBe(0);
  });

  it('tables without a key, keys of several columns, and partitions work too', async () => {
    const loose = await tagsOf('loose');
    expect(await gone(loose, 'insert into loose values (1)')).toEqual(loose.slice(0, 2));
    const pairOid = (await setting.client.query("select 'pair'::regclass::oid as oid")).rows[0].oid;
    const pair = [rowTag(pairOid, ['x', '1']), rowTag(pairOid, ['x', '2'])];
    expect(await gone(pair, "insert into pair values (7, 'x', 1)")).toEqual([pair[0]]);
    const part = await tagsOf('part');
    expect(await gone(part, 'insert into part values (1)')).toEqual([part[0], part[2]]);
    expect(await gone(part, 'delete from part_1')).toEqual([part[0], part[2]]);
    expect(await gone(part, 'truncate part_1')).toEqual(part.slice(0, 2));
    expect(await gone(['user:42'], "select pgcache_invalidate('user:42')")).toEqual(['user:42']);
  });

  it('takes what commits late, though it began before what is gone already', async () => {
    const tags = await tagsOf('product');
    const [table, , one] = tags;
    const slow = clientFor(setting.url);
    await slow.connect();
    await slow.query("begin; update product set name = 'slow' where id = 1");
    expect(await gone(tags, "update product set name = 'new' where id = 2")).toEqual([table, tags[3]]);
    const { rows } = await setting.client.query('select pg_current_wal_insert_lsn()::text as lsn');
    await caughtUp(worker);
    // Nobody can say that all before this position is visible: the slow one may yet commit before it.
    const isPast = 'select $1::pg_lsn >= $2::pg_lsn as is_past';
    const past = async (): Promise<boolean> =>
      (await setting.client.query(isPast, [worker.status().watermarkLsn, rows[0].lsn])).rows[0].is_past;
    expect(await past()).toBe(false);
    expect(await goneAfter({ cache, worker }, tags, () => slow.query('commit'))).toEqual([table, one]);
    await slow.end();
    await expect.poll(past, { timeout: 5_000 }).toBe(true);
  });

  it('a role that writes needs no right on it, and nothing is left after its removal', async () => {
    await setting.client.query("create role writer login password 'secret'; grant all on product to writer");
    const url = new URL(setting.url);
    url.username = 'writer';
    url.password = 'secret';
    const writer = clientFor(url.href);
    await writer.connect();
    await worker.stop();
    await writer.query("update product set name = 'new' where id = 1");
    await writer.end();
    expect(await outboxRows()).toBe(1);
    const statements = await removeOutbox({ database: setting.url });
    expect(statements.join('\n')).toContain('drop trigger if exists "pgcache_insert" on public.product');
    const { rows } = await setting.client.query(
      "select proname::text from pg_proc where proname ~ '^pgcache' union select tgname::text from pg_trigger where tgname ~ '^pgcache' union select relname::text from pg_class where relname ~ '^pgcache'",
    );
    expect(rows).toEqual([]);
  });

  it('keeps what the store has not confirmed, and holds nobody up', async () => {
    const tags = await tagsOf('product');
    for (const tag of tags) await cache.set(tag, 'kept', { tags: [tag], ttlMs: 600_000 });
    await caughtUp(worker);
    setting.redis.signal('SIGSTOP');
    await setting.client.query("update product set name = 'new' where id = 1");
    await sleep(1_000);
    expect(await outboxRows()).toBe(1);
    setting.redis.signal('SIGCONT');
    await caughtUp(worker);
    expect(await outboxRows()).toBe(0);
    await cache.ready();
    expect(await cache.get(tags[2] ?? '')).toBeUndefined();
    expect(await cache.get(tags[3] ?? '')).toBe('kept');
  });

  it('is read by one worker; another waits', async () => {
    const second = await setting.worker({ mode: 'outbox' });
    expect(second.status().state).toBe('waiting');
    await worker.stop();
    await expect.poll(() => second.status().state, { timeout: 10_000 }).toBe('running');
    expect(second.status()).toMatchObject({ tables: expect.arrayContaining(['public.product']) });
  });
});

describe('an outbox that is not there', () => {
  it('is said, with how to make it', async () => {
    const bare = await startSetting();
    const error = await bare.worker({ mode: 'outbox' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CDC.NO_OUTBOX' });
    const dry = installOutbox({ database: bare.url, tables: ['nothing'], isDry: true });
    await expect(dry).rejects.toMatchObject({ code: 'CDC.UNKNOWN_TABLE' });
  });
});
