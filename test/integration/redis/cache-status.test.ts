import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCacheStatus, settingDefinitions } from '../../../packages/agent/src/app/index.ts';
import { systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { settingsWith } from '../../support/check.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

const MINUTE_MS = 60_000;

describe('cache status where the daemon has watched', () => {
  let redis: TestRedis;
  let home: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    redis = await startRedis();
    home = await createDatabase();
    const settings = settingsWith(settingDefinitions, {});
    store = await openStore(unwrap(parseTarget(home.url, {})), { settings, connectTimeoutMs: 5_000 });
    const writer = await store.lead('shop');
    if (writer === null) throw new Error('somebody else leads');
    const of = (minute: number, source: string, hits: number) => ({
      at: new Date(Date.now() - minute * MINUTE_MS),
      coveredMs: MINUTE_MS,
      kind: 'cache' as const,
      rows: [{ key: [source], values: { hits, misses: 10, evictedKeys: 1, expiredKeys: 4 } }],
    });
    const minutes = [1, 2, 3, 4, 5];
    await writer.append([
      ...minutes.map((minute) => of(minute, `redis 127.0.0.1:${redis.port}`, 90)),
      ...minutes.map((minute) => of(minute, 'redis elsewhere:6379', 0)),
    ]);
    await writer.release();
  }, 60_000);

  afterAll(async () => {
    await store.close();
    await home.close();
    await redis.close();
  });

  it('judges the last day of this Redis, and says where it lost', async () => {
    const report = await runCacheStatus('shop', {
      settings: settingsWith(settingDefinitions, { 'cache.redis-url': redis.url }),
      store,
      clock: systemClock,
    });
    expect(report.lookups).toMatchObject({ source: 'history', hits: 450, misses: 50 });
    expect(report.objective).toMatchObject({ actual: 0.9, target: 0.95, met: false });
    expect(report.losses).toMatchObject([
      { cause: 'expired', missesRatio: 0.4 },
      { cause: 'evicted', missesRatio: 0.1 },
    ]);
    expect(report.unavailable).toEqual([]);
  });
});
