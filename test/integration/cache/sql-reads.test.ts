import { setTimeout as sleep } from 'node:timers/promises';
import { parseLsn } from '@pgsteward/cache';
import { tableTag } from '@pgsteward/cache/sql';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientFor, startStandby, startTestServer } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { openCache } from './caches.ts';
import { cachedReads, databaseWith, throwRefused } from './sql-database.ts';

const SCHEMA = `create table t (id int primary key, v text); insert into t values (1, 'old')`;
const READ = 'select v from t where id = $1';

describe('a read', () => {
  it('that is held by the process takes no connection, also beside others at once', async () => {
    const { sql, pool, cache } = cachedReads(await databaseWith(SCHEMA), { onRefused: throwRefused });
    const acquired = vi.fn();
    const reads = await Promise.all(Array.from({ length: 50 }, () => sql.query(READ, [1])));
    expect(new Set(reads.map(({ rows }) => rows)).size).toBe(1);
    pool.on('acquire', acquired);
    for (let read = 0; read < 100; read += 1) expect((await sql.query(READ, [1])).rowCount).toBe(1);
    expect(acquired).not.toHaveBeenCalled();
    expect(cache.stats()).toMatchObject({ loads: 1, joined: 49, l1Hits: 100 });
  });

  it('on a connection of a transaction sees what that wrote, and shares none of it', async () => {
    const { sql, pool, cache } = cachedReads(await databaseWith(SCHEMA), { onRefused: throwRefused });
    const readValue = async (options = {}): Promise<unknown> =>
      (await sql.query(READ, [1], options)).rows[0]?.['v'];
    expect(await readValue()).toBe('old');
    const client = await pool.connect();
    await client.query(`begin; update t set v = 'mine'`);
    expect(await readValue({ client })).toBe('mine');
    expect(await readValue()).toBe('old');
    await cache.bumpNamespace();
    expect(await readValue({ client })).toBe('mine');
    expect(await readValue()).toBe('old');
    await client.query('rollback');
    client.release();
    expect(await readValue()).toBe('old');
    expect(cache.stats()).toMatchObject({ loads: 2 });
  });

  it('bypasses or refreshes where it is told so', async () => {
    const { db, sql } = cachedReads(await databaseWith(SCHEMA), { onRefused: throwRefused });
    const readValue = async (options = {}): Promise<unknown> =>
      (await sql.query(READ, [1], options)).rows[0]?.['v'];
    await readValue();
    await db.query(`update t set v = 'new'`);
    expect(await readValue({ mode: 'bypass' })).toBe('new');
    expect(await readValue()).toBe('old');
    expect(await readValue({ mode: 'refresh' })).toBe('new');
    expect(await readValue()).toBe('new');
    await db.query(`update t set v = 'newer'`);
    await sleep(20);
    expect(await readValue({ maxStalenessMs: 10 })).toBe('newer');
  });

  it('that takes too long ends with its connection, and holds nobody else up', async () => {
    const { sql, pool } = cachedReads(await databaseWith(SCHEMA), { pool: { max: 1 } });
    const slow = sql.query('select pg_sleep(30)', [], { loaderTimeoutMs: 200 });
    await expect(slow).rejects.toMatchObject({ code: 'CACHE.LOADER_TIMEOUT' });
    expect((await sql.query(READ, [1])).rows).toEqual([{ v: 'old' }]);
    expect(pool.totalCount).toBe(1);
  });

  it('whose connection is lost fails alone', async () => {
    const { sql, db } = cachedReads(await databaseWith(SCHEMA), { pool: { max: 1 } });
    // Listened to from the start: it may be lost before the one who ends it has its answer.
    const lost = expect(sql.query('select pg_sleep(30)')).rejects.toMatchObject({ code: '57P01' });
    const isEnded = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`;
    await vi.waitFor(async () => expect(await db.query(isEnded)).toHaveLength(1), { timeout: 5_000 });
    await lost;
    expect((await sql.query(READ, [1])).rows).toEqual([{ v: 'old' }]);
  });

  it('that fails leaves its connection clean', async () => {
    const { sql, pool } = cachedReads(await databaseWith(SCHEMA), { pool: { max: 1 } });
    await expect(sql.query('select 1 / (id - $1) from t', [1])).rejects.toMatchObject({ code: '22012' });
    const { rows } = await pool.query(
      `select pg_current_xact_id_if_assigned() is null as clean, current_setting('transaction_read_only') as mode`,
    );
    expect(rows).toEqual([{ clean: true, mode: 'off' }]);
  });

  it('writes nothing, even where a function lied about itself', async () => {
    const { sql, db } = cachedReads(
      await databaseWith(`${SCHEMA}; create function sly() returns int immutable language plpgsql as
        'begin update t set v = ''sly''; return 1; end'`),
      { onRefused: throwRefused },
    );
    await expect(sql.query('select sly() + id from t')).rejects.toMatchObject({
      code: /25006|0A000/ as unknown,
    });
    expect(await db.query('select v from t')).toEqual([{ v: 'old' }]);
  });
});

describe('what was learned of a statement', () => {
  it('is learned anew after a while: another view behind the same name', async () => {
    const db = await databaseWith(`${SCHEMA}; create table u (v text); insert into u values ('other');
      create view shown as select v from t`);
    const { sql } = cachedReads(db, { planMaxAgeMs: 50, onRefused: throwRefused });
    const tablesOf = async (): Promise<unknown> =>
      (await sql.explain('select * from shown')).dependencies.map(({ table }) => table);
    expect(await tablesOf()).toEqual(['t']);
    await db.query('create or replace view shown as select v from u');
    await vi.waitFor(async () => expect(await tablesOf()).toEqual(['u']), { timeout: 5_000, interval: 60 });
  });

  it('is of the definition that it was learned from: the same view with another condition', async () => {
    const db = await databaseWith(`${SCHEMA}; create view shown as select v from t where id = 1;
      create function label() returns text language sql stable as $$ select 'a' $$`);
    const { sql } = cachedReads(db, { onRefused: throwRefused });
    const read = async (): Promise<unknown> => (await sql.query('select v, label() from shown')).rows;
    expect(await read()).toEqual([{ v: 'old', label: 'a' }]);
    await db.query(`create or replace view shown as select v from t where id = 2`);
    expect(await read()).toEqual([{ v: 'old', label: 'a' }]);
    sql.forget();
    expect(await read()).toEqual([]);
    await db.query(`create or replace view shown as select v from t;
      create or replace function label() returns text language sql stable as $$ select 'b' $$`);
    sql.forget();
    expect(await read()).toEqual([{ v: 'old', label: 'b' }]);
  });

  it('is forgotten when the database says that something is gone', async () => {
    const db = await databaseWith(SCHEMA);
    const { sql, cache } = cachedReads(db, { onRefused: throwRefused });
    const [{ oid = 0 } = {}] = await db.query<{ oid: number }>(`select 't'::regclass::oid as oid`);
    await sql.query('select * from t');
    await db.query(`drop table t; create view t as select 1 as id, random()::text as v`);
    await cache.invalidate([tableTag(oid)]);
    await expect(sql.query('select id, gone from t')).rejects.toMatchObject({ code: '42703' });
    sql.forget();
    await expect(sql.query('select * from t')).rejects.toMatchObject({ code: 'CACHE.NOT_CACHEABLE' });
  });
});

describe('over Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.call('flushall');
  });

  it('processes share answers as text, and end them together', async () => {
    const db = await databaseWith(SCHEMA);
    const one = cachedReads(db, { cache: await openCache(server.url), onRefused: throwRefused });
    const other = cachedReads(db, { cache: await openCache(server.url), onRefused: throwRefused });
    const read = `select v, 9007199254740993::int8 as big, '2026-01-02 03:04:05.123456'::timestamp as moment from t where id = $1`;
    const first = await one.sql.query(read, [1]);
    await db.query(`update t set v = 'new'`);
    expect(await other.sql.query(read, [1])).toEqual(first);
    expect(other.cache.stats()).toMatchObject({ loads: 0, l2Hits: 1 });
    const { tags } = await one.sql.explain(read, [1]);
    await one.cache.invalidate(tags.slice(0, 1));
    await vi.waitFor(async () => expect((await other.sql.query(read, [1])).rows[0]?.['v']).toBe('new'));
    expect((await one.sql.query(read, [1])).rows[0]?.['v']).toBe('new');
    expect(one.cache.stats().loads + other.cache.stats().loads).toBe(2);
  });

  it('a standby that lags gives its rows, and keeps none of them', async () => {
    const primary = await startTestServer();
    onTestFinished(() => primary.close());
    const standby = await startStandby(primary);
    onTestFinished(() => standby.close());
    const admin = clientFor(primary.connectionUrl());
    const lagging = clientFor(standby.connectionUrl());
    await Promise.all([admin.connect(), lagging.connect()]);
    onTestFinished(async () => {
      await Promise.all([admin.end(), lagging.end()]);
    });
    await admin.query(SCHEMA);
    await vi.waitFor(() => lagging.query('select from t'), { timeout: 10_000 });
    const cache = await openCache(server.url);
    const { sql } = cachedReads({ url: standby.connectionUrl() } as never, {
      cache,
      onRefused: throwRefused,
    });
    const readValue = async (options = {}): Promise<unknown> =>
      (await sql.query(READ, [1], options)).rows[0]?.['v'];
    expect(await readValue()).toBe('old');
    await lagging.query('select pg_wal_replay_pause()');
    await admin.query(`update t set v = 'new'`);
    const { rows } = await admin.query('select pg_current_wal_insert_lsn() as lsn');
    const { lsn } = rows[0];
    const { tags } = await sql.explain(READ, [1]);
    await cache.invalidate(tags, { lsn: parseLsn(lsn) });
    expect([await readValue(), await readValue()]).toEqual(['old', 'old']);
    expect(cache.stats().loads).toBe(3);
    await lagging.query('select pg_wal_replay_resume()');
    await vi.waitFor(async () => expect(await readValue({ minLsn: lsn })).toBe('new'), { timeout: 10_000 });
    const { loads } = cache.stats();
    expect(await readValue({ minLsn: lsn })).toBe('new');
    expect(cache.stats().loads).toBe(loads);
  });
});
