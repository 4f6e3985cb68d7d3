import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '@pgsteward/cache';
import type { InvalidationWorker } from '@pgsteward/cache/cdc';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { tableTag } from '../../../packages/cache/src/postgres/table-tags.ts';
import { clientFor } from '../../support/index.ts';
import { caughtUp, type Setting, startSetting } from './workers.ts';

let setting: Setting;
let cache: Cache;
let worker: InvalidationWorker;
let tag = '';

beforeEach(async () => {
  setting = await startSetting();
  await setting.client.query(
    'create table counter (id int primary key, n int); insert into counter values (1, 0)',
  );
  const { rows } = await setting.client.query("select 'counter'::regclass::oid as oid");
  tag = tableTag(rows[0].oid);
  cache = await setting.cache();
  worker = await setting.worker();
  await caughtUp(worker);
});

async function loadCount(): Promise<number> {
  const { rows } = await setting.client.query('select n from counter');
  return rows[0].n;
}

/** Reads through the cache. */
function read(bound: { readonly maxStalenessMs?: number; readonly minLsn?: string } = {}): Promise<number> {
  return cache.wrap('n', { tags: [tag], ttlMs: 600_000, ...bound }, loadCount);
}

/** Writes over a connection of its own; resolves when the commit has come back, with the log's position then. */
async function writeCount(n: number, isSynchronous = false): Promise<string> {
  const client = clientFor(setting.url);
  await client.connect();
  try {
    if (isSynchronous) await client.query('set synchronous_commit = on');
    await client.query('update counter set n = $1', [n]);
    // Without a synchronous commit, pg_current_wal_lsn() may lie before it still.
    return (await client.query('select pg_current_wal_insert_lsn()::text as lsn')).rows[0].lsn;
  } finally {
    await client.end();
  }
}

async function standbys(names: string): Promise<void> {
  await setting.client.query(`alter system set synchronous_standby_names = '${names}'`);
  await setting.client.query('select pg_reload_conf()');
  await sleep(300);
}

describe('a commit that waits for a standby', () => {
  it('is told of before anybody sees it, and yet no reader keeps the old value', async () => {
    expect(await read()).toBe(0);
    await standbys('nobody');
    onTestFinished(() => standbys('').catch(() => undefined));
    const early = new Promise((resolve) => worker.on('invalidate', resolve));
    const writing = writeCount(1, true);
    // The worker has it, and invalidates; the reader loads what it may see.
    await expect.poll(() => worker.status().pendingTransactions, { timeout: 5_000 }).toBe(1);
    await expect.poll(async () => cache.get('n'), { timeout: 5_000 }).toBeUndefined();
    expect(await read()).toBe(0);
    expect(await cache.get('n')).toBe(0);
    await standbys('');
    const lsn = await writing;
    await early;
    await caughtUp(worker);
    expect(await read()).toBe(1);
    expect(await read({ minLsn: lsn })).toBe(1);
  });

  it('holds the watermark back, so that a bounded read asks the database', async () => {
    await read();
    await standbys('nobody');
    onTestFinished(() => standbys('').catch(() => undefined));
    const writing = writeCount(1, true);
    await expect.poll(() => worker.status().pendingTransactions, { timeout: 5_000 }).toBe(1);
    const { watermarkLsn } = worker.status();
    await sleep(1_000);
    expect(worker.status().watermarkLsn).toBe(watermarkLsn);
    await standbys('');
    await writing;
    await caughtUp(worker);
    expect(worker.status().watermarkLsn).not.toBe(watermarkLsn);
  });
});

describe('a read', () => {
  it('with minLsn sees the write before it, whatever was cached', async () => {
    const reader = await setting.cache({ l1: { maxAgeMs: 60_000 } });
    for (let n = 1; n <= 100; n += 1) {
      const minLsn = await writeCount(n);
      const load = { tags: [tag], ttlMs: 600_000 };
      expect(await reader.wrap('n', { ...load, minLsn }, loadCount)).toBe(n);
      await reader.wrap('n', load, loadCount);
    }
    await caughtUp(worker);
    const { rows } = await setting.client.query('select pg_current_wal_insert_lsn()::text as lsn');
    await reader.wrap('n', { tags: [tag], ttlMs: 600_000 }, loadCount);
    await caughtUp(worker);
    const loads = reader.stats().loads;
    const minLsn = rows[0].lsn;
    expect(await reader.wrap('n', { tags: [tag], ttlMs: 600_000, minLsn }, loadCount)).toBe(100);
    // And the database is left alone where the worker has passed it.
    expect(reader.stats().loads).toBe(loads);
  });

  it('with maxStalenessMs never sees what was replaced longer ago, while the worker is stopped and started', async () => {
    const boundMs = 1_000;
    const commits: { readonly n: number; readonly atMs: number }[] = [{ n: 0, atMs: 0 }];
    let isOver = false;
    const writing = (async () => {
      for (let n = 1; !isOver; n += 1) {
        await writeCount(n);
        commits.push({ n, atMs: performance.now() });
        await sleep(20);
      }
    })();
    let [reads, hits] = [0, 0];
    const reading = (async () => {
      while (!isOver) {
        const beginMs = performance.now();
        const { loads } = cache.stats();
        const n = await read({ maxStalenessMs: boundMs });
        const due = commits.findLast(({ atMs }) => atMs < beginMs - boundMs);
        expect(n).toBeGreaterThanOrEqual(due?.n ?? 0);
        reads += 1;
        if (cache.stats().loads === loads) hits += 1;
        await sleep(1);
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      await sleep(1_500);
      await worker.stop();
      await sleep(1_500);
      worker = await setting.worker();
    }
    isOver = true;
    await Promise.all([writing, reading]);
    expect(reads).toBeGreaterThan(500);
    expect(hits).toBeGreaterThan(100);
  });
});
