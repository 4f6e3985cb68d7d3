import type { CacheError } from '@pgsteward/cache';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestServerOptions } from '../../support/index.ts';
import { caughtUp, type Setting, startSetting, startWorker } from './workers.ts';

let setting: Setting;

async function prepare(options: TestServerOptions = {}): Promise<void> {
  setting = await startSetting(options);
  await setting.client.query(`create table product (id int primary key);
    create table loose (id int); create unlogged table fleeting (id int primary key)`);
}

/** Starts a worker that cannot run, and gives why. */
async function refusal(options: Parameters<typeof startWorker>[1]): Promise<CacheError> {
  const worker = startWorker(setting.redis.url, options);
  const error = await worker.ready().then(
    () => expect.fail('it runs'),
    (reason: CacheError) => reason,
  );
  await worker.stop();
  return error;
}

/** URL of a new role with these attributes. */
async function roleUrl(attributes: string): Promise<string> {
  await setting.client.query(`create role worker login ${attributes} password 'secret'`);
  const url = new URL(setting.url);
  url.username = 'worker';
  url.password = 'secret';
  return url.href;
}

describe('a worker that cannot run says why, and what to do', () => {
  it('without wal_level = logical', async () => {
    await prepare({ settings: { wal_level: 'replica' } });
    const error = await refusal({ database: setting.url });
    expect(error).toMatchObject({ code: 'CDC.WAL_LEVEL', message: 'wal_level is replica' });
    expect(error.next.join()).toMatch(/outbox/);
  });

  it('without a free slot', async () => {
    await prepare({ settings: { max_replication_slots: '1' } });
    await setting.client.query("select pg_create_physical_replication_slot('other')");
    expect(await refusal({ database: setting.url })).toMatchObject({ code: 'CDC.NO_FREE_SLOT' });
  });

  it('without a free sender', async () => {
    await prepare({ settings: { max_wal_senders: '0', wal_level: 'logical' } });
    expect(await refusal({ database: setting.url })).toMatchObject({ code: 'CDC.NO_FREE_SENDER' });
  });

  it('as a role without privileges, and runs with those that it asks for', async () => {
    await prepare();
    const url = await roleUrl('');
    const first = await refusal({ database: url, tables: ['product'] });
    expect(first).toMatchObject({ code: 'CDC.UNPUBLISHABLE' });
    await setting.client.query('alter table product owner to worker');
    expect(await refusal({ database: url, tables: ['product'] })).toMatchObject({ code: 'CDC.PRIVILEGE' });
    await setting.client.query('alter role worker replication; grant create on database postgres to worker');
    const worker = startWorker(setting.redis.url, { database: url, tables: ['product'] });
    await worker.ready();
    await caughtUp(worker);
  });

  it('for a table that is not there, not in the log, or that PostgreSQL would no longer update', async () => {
    await prepare();
    const of = (table: string): Promise<CacheError> => refusal({ database: setting.url, tables: [table] });
    expect(await of('nothing')).toMatchObject({ code: 'CDC.UNKNOWN_TABLE' });
    expect(await of('fleeting')).toMatchObject({ code: 'CDC.UNPUBLISHABLE' });
    expect(await of('loose')).toMatchObject({ code: 'CDC.NO_REPLICA_IDENTITY' });
  });

  it("for somebody else's slot, a database that is not there, and a number that is none", async () => {
    await prepare();
    await setting.client
      .query("select pg_create_logical_replication_slot('mine', 'test_decoding')")
      .catch(() => setting.client.query("select pg_create_physical_replication_slot('mine')"));
    expect(await refusal({ database: setting.url, slot: 'mine' })).toMatchObject({
      code: 'CDC.FOREIGN_SLOT',
    });
    const gone = await refusal({ database: 'postgres://nobody:top-secret@127.0.0.1:1/none' });
    expect(gone).toMatchObject({ code: 'CDC.DATABASE_UNREACHABLE' });
    expect(JSON.stringify([gone, gone.message, gone.why])).not.toContain('top-secret');
    const number = (): unknown => startWorker(setting.redis.url, { database: setting.url, heartbeatMs: 0 });
    expect(number).toThrow(/heartbeatMs is 0/);
  });
});

describe('tables', () => {
  beforeEach(() => prepare());

  it('that are made later, or again, are listened to', async () => {
    const cache = await setting.cache();
    const worker = await setting.worker({ statusEveryMs: 100 });
    await caughtUp(worker);
    await setting.client.query('create table later (id int primary key); drop table product');
    await expect.poll(() => worker.status().tables, { timeout: 10_000 }).toEqual(['public.later']);
    const { rows } = await setting.client.query("select 'later'::regclass::oid as oid");
    await cache.set('k', 1, { tags: [`r${rows[0].oid}`], ttlMs: 600_000 });
    await setting.client.query('insert into later values (1)');
    await caughtUp(worker);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('whose names are hostile do no harm', async () => {
    await setting.client.query(
      `create schema "s""x"; create table "s""x"."t'; drop table product --" ("i""d" text primary key)`,
    );
    const worker = await setting.worker({ slot: 'odd', publication: `p"'; drop table product --` });
    await caughtUp(worker);
    expect(new Set(worker.status().tables)).toEqual(
      new Set(['public.product', `"s""x"."t'; drop table product --"`]),
    );
    await setting.client.query(
      `insert into "s""x"."t'; drop table product --" values ('1'); insert into product values (1)`,
    );
    await caughtUp(worker);
    expect(worker.status().lastError).toBeNull();
  });
});
