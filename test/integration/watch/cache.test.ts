import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMetricsReader,
  readAgent,
  readCharts,
  readFindings,
  type Service,
} from '../../../packages/agent/src/app/index.ts';
import { systemClock } from '../../../packages/agent/src/kernel/index.ts';
import {
  createDatabase,
  startWatching,
  type TestDatabase,
  until,
  type Watching,
} from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

const PASSWORD = 'hunter2';

describe.sequential('the cache before a watched target', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let redis: TestRedis;
  let watching: Watching;

  beforeAll(async () => {
    redis = await startRedis({ password: PASSWORD });
    home = await createDatabase();
    target = await createDatabase();
    watching = await startWatching({
      targetUrl: target.url,
      storeUrl: home.url,
      settings: {
        'watch.sessions-every-ms': 100,
        'watch.counters-every-ms': 1_000,
        'watch.budget-ratio': 1,
        'cache.redis-url': redis.url,
        'cache.timeout-ms': 500,
      },
    });
    await until(async () => (await counted()).answered > 1, 'Redis was read');
  });

  afterAll(async () => {
    await watching.close();
    await redis.close();
    await home.close();
    await target.close();
  });

  const counted = async () => {
    const [cache, probe, objective] = await Promise.all([
      watching.totals('cache'),
      watching.totals('cacheProbe'),
      watching.totals('objective'),
    ]);
    const own = objective.series.find(({ key }) => key[0] === 'objective/cache-hit')?.values;
    return {
      hits: cache.series[0]?.values['hits'] ?? 0,
      misses: cache.series[0]?.values['misses'] ?? 0,
      answered: probe.series[0]?.values['answered'] ?? 0,
      failed: probe.series[0]?.values['failed'] ?? 0,
      events: own?.['total'] ?? 0,
      missed: own?.['bad'] ?? 0,
    };
  };
  const status = () => watching.watcher.collectors.find(({ id }) => id === 'cache');
  const look = async (hits: number, misses: number): Promise<void> => {
    await redis.call(
      'eval',
      `redis.call('set', 'a', 1) for i = 1, ${hits} do redis.call('get', 'a') end for i = 1, ${misses} do redis.call('get', 'b') end`,
      '0',
    );
  };
  const service = (): Service =>
    ({
      store: watching.store,
      settings: watching.watcher.settings,
      watchers: [watching.watcher],
      clock: systemClock,
      version: '0.0.0',
      startedAt: new Date(),
      pushes: new Map(),
    }) as unknown as Service;
  const lastHour = () => ({ fromMs: Date.now() - 3_600_000, toMs: Date.now() + 60_000 });

  it('counts each look-up once, as an event of the objective', async () => {
    await look(97, 3);
    await until(async () => (await counted()).hits >= 97, 'the look-ups are stored');
    expect(await counted()).toMatchObject({ hits: 97, misses: 3, events: 100, missed: 3, failed: 0 });
  });

  it('counts on after a restart, and tells of it', async () => {
    await redis.stop();
    await redis.start();
    await look(50, 50);
    await until(async () => (await counted()).hits >= 147, 'the look-ups after the restart are stored');
    expect(await counted()).toMatchObject({ hits: 147, misses: 53, events: 200, missed: 53 });
    expect(await watching.events('cache-restart')).toHaveLength(1);
  });

  it('counts on after CONFIG RESETSTAT, and tells of it', async () => {
    await redis.call('config', 'resetstat');
    await look(7, 3);
    await until(async () => (await counted()).hits >= 154, 'the look-ups after the reset are stored');
    expect(await counted()).toMatchObject({ hits: 154, misses: 56 });
    expect(await watching.events('statistics-reset')).toMatchObject([
      { subject: `redis 127.0.0.1:${redis.port}` },
    ]);
  });

  it('says that it is away, while all else goes on', async () => {
    // A look may have met the restart before, and told of it.
    const told = async (kind: string): Promise<number> => (await watching.events(kind)).length;
    const [downs, ups] = [await told('cache-down'), await told('cache-up')];
    await redis.stop();
    const { failed } = await counted();
    await until(async () => (await counted()).failed > failed + 1, 'its silence is stored');
    expect(status()?.trouble).toContain('does not answer');
    expect(status()?.trouble).not.toContain(PASSWORD);
    expect(watching.watcher.connection.state).toBe('connected');
    expect(watching.watcher.cache?.latest()).toBeNull();
    const metrics = await createMetricsReader(service()).read();
    expect(metrics).toContain('redis_up{target="shop"} 0');
    expect(metrics).not.toContain('redis_memory_used_bytes{');
    await redis.start();
    await until(() => status()?.trouble === null, 'it is read again');
    await until(async () => (await told('cache-up')) > ups, 'its return is stored');
    expect(await told('cache-up')).toBe(ups + 1);
    expect(await told('cache-down')).toBe(downs + 1);
  });

  it('shows objective, charts, collector and metrics, and no password', async () => {
    const findings = await readFindings(service(), watching.watcher);
    expect(findings.objectives.find(({ id }) => id === 'objective/cache-hit')).toMatchObject({
      target: 0.95,
      isMet: false,
      actual: expect.closeTo(154 / 210),
      burn: expect.closeTo(56 / 210 / (1 - 0.95)),
    });
    const history = await watching.store.target('shop');
    const { charts } = await readCharts(history, 'activity', { ...lastHour() });
    expect(charts.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['cache-hit', 'cache-memory', 'cache-keys']),
    );
    const agent = await readAgent(service(), watching.watcher, lastHour());
    expect(agent.collectors.find(({ id }) => id === 'cache')).toMatchObject({ trouble: null });
    const metrics = await createMetricsReader(service()).read();
    expect(metrics).toContain('redis_up{target="shop"} 1');
    expect(metrics).toMatch(/redis_memory_used_bytes\{target="shop"\} \d{5,}/);
    expect(metrics).toMatch(/redis_keyspace_hits_total\{target="shop"\} \d+/);
    const lint = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
    expect(lint.stdout + lint.stderr).toBe('');
    expect(JSON.stringify([findings, charts, agent, metrics])).not.toContain(PASSWORD);
  });
});

describe('a target without a cache', () => {
  it('has neither objective nor collector nor charts of one', async () => {
    const home = await createDatabase();
    const target = await createDatabase();
    const watching = await startWatching({ targetUrl: target.url, storeUrl: home.url });
    await until(async () => (await watching.totals('database')).coveredMs > 0, 'the target was read');
    const { watcher, store } = watching;
    const service = { store, settings: watcher.settings, clock: systemClock } as unknown as Service;
    const { objectives } = await readFindings(service, watcher);
    expect(objectives.map(({ id }) => id)).not.toContain('objective/cache-hit');
    expect(watcher.collectors.map(({ id }) => id)).not.toContain('cache');
    const range = { fromMs: Date.now() - 60_000, toMs: Date.now() };
    const { charts } = await readCharts(await store.target('shop'), 'activity', range);
    expect(charts.map(({ id }) => id)).not.toContain('cache-hit');
    await watching.close();
    await home.close();
    await target.close();
  });
});
