import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvalidationWorker } from '@pgsteward/cache/cdc';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { rowTag } from '../../../packages/cache/src/postgres/table-tags.ts';
import { clientFor } from '../../support/index.ts';
import { nodeWithTypes } from '../../support/node-with-types.ts';
import { caughtUp, type Setting, startSetting, startWorker } from './workers.ts';

const ROWS = 300;

let setting: Setting;
let oid = 0;

beforeEach(async () => {
  setting = await startSetting();
  await setting.client.query(`create table product (id int primary key, price int not null default 0);
    insert into product select n from generate_series(1, ${ROWS}) n`);
  const { rows } = await setting.client.query("select 'product'::regclass::oid as oid");
  oid = rows[0].oid;
});

/** Updates each row once, in transactions of its own. */
async function updateAll(from = 1, to = ROWS): Promise<void> {
  for (let id = from; id <= to; id += 1) {
    await setting.client.query('update product set price = price + 1 where id = $1', [id]);
  }
}

/** Keeps a value of each row, and gives those that are still there when all is done. */
async function survivors(work: () => Promise<InvalidationWorker>): Promise<readonly number[]> {
  const cache = await setting.cache({ namespace: 'test' });
  const ids = Array.from({ length: ROWS }, (_, index) => index + 1);
  for (const id of ids) await cache.set(`p${id}`, id, { tags: [rowTag(oid, [String(id)])], ttlMs: 600_000 });
  await caughtUp(await work());
  await cache.ready();
  const left: number[] = [];
  for (const id of ids) if ((await cache.get(`p${id}`)) !== undefined) left.push(id);
  return left;
}

async function startProcess(): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'worker-process.ts');
  const child = spawn(nodeWithTypes(), ['--conditions=source', script, setting.url, setting.redis.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a worker that is killed', () => {
  it('loses nothing: the next one is sent what was not confirmed, and drops nothing else', async () => {
    const first = await startProcess();
    const left = await survivors(async () => {
      const writing = updateAll(1, ROWS - 1);
      await sleep(150);
      first.kill('SIGKILL');
      await writing;
      return setting.worker();
    });
    // The last was not touched: no namespace was bumped on the way.
    expect(left).toEqual([ROWS]);
  });

  it('is followed by the one that waited', async () => {
    const first = await startProcess();
    const second = await setting.worker();
    expect(second.status().state).toBe('waiting');
    const left = await survivors(async () => {
      await updateAll(1, 10);
      first.kill('SIGKILL');
      await updateAll(11, 20);
      await vi.waitFor(() => expect(second.status().state).toBe('running'), { timeout: 10_000 });
      return second;
    });
    expect(left).toHaveLength(ROWS - 20);
    expect(second.status().resets).toBe(0);
  });
});

describe('a store that is away', () => {
  it('is told all when it is back, and PostgreSQL keeps it until then', async () => {
    const worker = await setting.worker();
    await caughtUp(worker);
    const { resets } = worker.status();
    const left = await survivors(async () => {
      setting.redis.signal('SIGSTOP');
      await updateAll(1, ROWS - 1);
      await sleep(3_000);
      const { rows } = await setting.client.query(
        'select confirmed_flush_lsn::text as lsn from pg_replication_slots',
      );
      const { rows: now } = await setting.client.query(
        'select $1::pg_lsn < pg_current_wal_lsn() as is_behind',
        [rows[0].lsn],
      );
      expect(now[0].is_behind).toBe(true);
      setting.redis.signal('SIGCONT');
      return worker;
    });
    expect(left).toEqual([ROWS]);
    expect(worker.status().resets).toBe(resets);
  });

  it('is told all when it was killed and starts anew', async () => {
    const worker = await setting.worker();
    const cache = await setting.cache({ namespace: 'test' });
    const tags = [rowTag(oid, ['1'])];
    await caughtUp(worker);
    await cache.wrap('p1', { tags, ttlMs: 600_000 }, () => 'old');
    setting.redis.signal('SIGKILL');
    await setting.redis.stop();
    await updateAll(1, 50);
    await setting.redis.start();
    await caughtUp(worker);
    expect(await cache.wrap('p1', { tags, ttlMs: 600_000 }, () => 'new')).toBe('new');
    expect(worker.status()).toMatchObject({ state: 'running', pendingTransactions: 0 });
  });

  it('holds nobody up who writes', async () => {
    const worker = await setting.worker();
    await caughtUp(worker);
    setting.redis.signal('SIGSTOP');
    const beginMs = performance.now();
    await updateAll(1, 100);
    expect(performance.now() - beginMs).toBeLessThan(5_000);
    setting.redis.signal('SIGCONT');
    await caughtUp(worker);
  });
});

describe('a database that restarts', () => {
  it('is found again by the worker', async () => {
    const worker = await setting.worker();
    await caughtUp(worker);
    setting.client.end().catch(() => undefined);
    const server = await setting.server.restart();
    onTestFinished(() => server.stop());
    const client = clientFor(server.connectionUrl());
    await client.connect();
    onTestFinished(() => client.end());
    const cache = await setting.cache({ namespace: 'test' });
    await cache.set('p1', 1, { tags: [rowTag(oid, ['1'])], ttlMs: 600_000 });
    await client.query('update product set price = 5 where id = 1');
    await caughtUp(worker);
    expect(await cache.get('p1')).toBeUndefined();
    expect(worker.status().resets).toBe(1);
  });
});

describe('a slot', () => {
  it('that the server gave up ends in an invalidation of everything, and a new slot', async () => {
    await setting.client.query('alter system set max_slot_wal_keep_size = 0');
    await setting.client.query('select pg_reload_conf()');
    const first = await setting.worker();
    await caughtUp(first);
    await first.stop();
    const cache = await setting.cache({ namespace: 'test' });
    await cache.set('k', 'old', { tags: [rowTag(oid, ['1'])], ttlMs: 600_000 });
    for (let segment = 0; segment < 3; segment += 1) {
      await setting.client.query('select pg_switch_wal()');
      await updateAll(2, 3);
      await setting.client.query('checkpoint');
    }
    const { rows } = await setting.client.query('select wal_status from pg_replication_slots');
    expect(rows).toEqual([{ wal_status: 'lost' }]);
    const resets: string[] = [];
    const second = startWorker(setting.redis.url, { database: setting.url });
    second.on('reset', ({ reason }) => resets.push(reason));
    await second.ready();
    await caughtUp(second);
    expect(resets).toEqual([expect.stringContaining('was lost')]);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('that somebody dropped ends in the same', async () => {
    const first = await setting.worker();
    await caughtUp(first);
    await first.stop();
    await setting.client.query("select pg_drop_replication_slot('pgcache_test')");
    const second = await setting.worker();
    expect(second.status().resets).toBe(1);
  });

  it('is warned of before the server gives it up', async () => {
    await setting.client.query("alter system set max_slot_wal_keep_size = '64MB'");
    await setting.client.query('select pg_reload_conf()');
    const worker = await setting.worker({ statusEveryMs: 100 });
    await caughtUp(worker);
    expect(worker.status().slot).toMatchObject({ limitBytes: 67_108_864, walStatus: 'reserved' });
    const alarm = new Promise((resolve) => worker.on('alarm', resolve));
    setting.redis.signal('SIGSTOP');
    for (let segment = 0; segment < 3; segment += 1) {
      await updateAll(1, 2);
      await setting.client.query('select pg_switch_wal()');
    }
    expect(await alarm).toMatchObject({ slot: 'pgcache_test', limitBytes: 67_108_864 });
    setting.redis.signal('SIGCONT');
  });

  it('is held back by nothing while the database is idle', async () => {
    const worker = await setting.worker();
    await caughtUp(worker);
    const { rows: before } = await setting.client.query('select pg_current_wal_insert_lsn()::text as lsn');
    await sleep(2_000);
    await caughtUp(worker);
    const { rows: after } = await setting.client.query(
      'select pg_current_wal_insert_lsn() - $1::pg_lsn as written, (select confirmed_flush_lsn >= $1::pg_lsn from pg_replication_slots) as is_confirmed',
      [before[0].lsn],
    );
    expect(after[0].is_confirmed).toBe(true);
    // The watermark moved some eight times meanwhile, and wrote nothing.
    expect(Number(after[0].written)).toBeLessThan(1_000);
  });
});
