import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCache, prometheusText } from '@pgsteward/cache';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheAdviceSchema, cacheStatusSchema } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, createRole, type TestDatabase } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli } from '../support/cli.ts';

const HOT = 'select name from shops where country = $1';

describe('cache advise', () => {
  let db: TestDatabase;
  /** As `pgsteward role` makes it: it reads, and no more. */
  let url: string;

  beforeAll(async () => {
    await ensureBuilt();
    db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await db.query('create table shops (id int primary key, country int, name text)');
    await db.query(`insert into shops select i, i % 10, 'n' from generate_series(1, 20000) i; analyze`);
    for (let call = 0; call < 300; call += 1) await db.query(HOT, [call % 10]);
    ({ url } = await createRole(db, { memberOf: ['pg_monitor', 'pg_read_all_data'] }));
  }, 180_000);

  afterAll(() => db.close());

  it('gives a table, an explanation and a snippet', async () => {
    const { code, stdout, stderr } = await runCli(['cache', 'advise', url]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('ends by');
    expect(stdout).toContain('each change of its tables drops it');
    expect(stdout).toContain(`sqlCache.query(\`${HOT}\`, [p1], { ttlMs: `);
  });

  it('gives the same as JSON that keeps its schema, and as Markdown', async () => {
    const json = await runCli(['cache', 'advise', url, '--json', '--quiet', '--staleness', '5 min']);
    const report = cacheAdviceSchema.parse(JSON.parse(json.stdout));
    expect(report.candidates).toMatchObject([{ sql: HOT, invalidation: 'table', keysCount: 10 }]);
    const markdown = await runCli(['cache', 'advise', url, '--format', 'markdown']);
    expect(markdown.stdout).toMatch(/^# What to cache of /);
    expect(markdown.stdout).toContain('```ts\n');
  });

  it('refuses what it cannot do', async () => {
    expectError(await runCli(['cache', 'advise', url, '--format', 'pdf']), 'APP.USAGE');
    expectError(await runCli(['cache', 'advise', url, '--window', 'long']), 'SETTINGS.INVALID_VALUE');
  });
});

describe('cache status', () => {
  let redis: TestRedis;
  let metrics: Server;
  let metricsUrl: string;
  /** Nothing of the target is read, so it need not be there. */
  const target = 'postgres://nobody@127.0.0.1:1/shop';

  beforeAll(async () => {
    await ensureBuilt();
    redis = await startRedis({ settings: { maxmemory: '8mb', 'maxmemory-policy': 'allkeys-lru' } });
    const cache = createCache({ namespace: 'shop' });
    for (let read = 0; read < 200; read += 1) {
      await cache.wrap(String(read % 4), { ttlMs: 60_000 }, () => read);
    }
    metrics = createServer((_, response) => response.end(prometheusText([cache.stats()])));
    await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
    metricsUrl = `http://127.0.0.1:${(metrics.address() as AddressInfo).port}/metrics`;
    await cache.close();
  }, 180_000);

  afterAll(async () => {
    metrics.close();
    await redis.close();
  });

  const look = async (hits: number, misses: number): Promise<void> => {
    await redis.call('config', 'resetstat');
    await redis.call(
      'eval',
      `redis.call('set', 'a', 1) for i = 1, ${hits} do redis.call('get', 'a') end for i = 1, ${misses} do redis.call('get', 'b') end`,
      '0',
    );
  };
  const status = (...args: readonly string[]) =>
    runCli(['cache', 'status', target, '--redis', redis.url, '--no-history', ...args]);

  it('says whether the objective is met, and fails where it is asked to', async () => {
    await look(990, 10);
    const met = await status('--fail-on', 'missed');
    expect(met.code, met.stderr).toBe(0);
    expect(met.stdout).toContain('hit ratio 99 %, objective 95 %: met');
    await look(800, 200);
    expect((await status()).code).toBe(0);
    const missed = await status('--fail-on', 'missed');
    expect(missed.code).toBe(4);
    expect(missed.stdout).toContain('hit ratio 80 %, objective 95 %: missed');
  });

  it('does not judge a cache that nobody asked, unless that counts as a failure', async () => {
    await look(3, 1);
    expect((await status('--fail-on', 'missed')).code).toBe(0);
    const unknown = await status('--fail-on', 'unknown');
    expect(unknown.code).toBe(4);
    expect(unknown.stdout).toContain('only 4 look-ups: too few to tell');
  });

  it('tells where the ratio is lost', async () => {
    await look(800, 200);
    await redis.call(
      'eval',
      `for i = 1, 3000 do redis.call('set', 'k' .. i, string.rep('x', 8000)) end`,
      '0',
    );
    const { stdout } = await status('--json');
    const report = cacheStatusSchema.parse(JSON.parse(stdout));
    expect(report.redis.maximumBytes).toBe(8 * 1024 ** 2);
    expect(report.losses).toMatchObject([{ cause: 'evicted', missesRatio: 1 }]);
    expect((await status()).stdout).toContain('raise maxmemory');
  });

  it('goes by the counters of the application where they are exported', async () => {
    await look(0, 500);
    const { stdout, code } = await status('--metrics', metricsUrl, '--json', '--fail-on', 'missed');
    expect(code).toBe(0);
    const report = cacheStatusSchema.parse(JSON.parse(stdout));
    expect(report.lookups).toEqual({ source: 'application', observedMs: null, hits: 196, misses: 4 });
    expect(report.objective).toMatchObject({ actual: 0.98, met: true });
    expect(report.namespaces).toMatchObject([{ namespace: 'shop', processHits: 196, misses: 4, loads: 4 }]);
    const text = await status('--metrics', metricsUrl);
    expect(text.stdout).toContain('shop');
  });

  it('says which metrics it does not get, and goes on', async () => {
    await look(990, 10);
    const { stdout, code } = await status('--metrics', `${metricsUrl.replace(/:\d+/, ':1')}`);
    expect(code).toBe(0);
    expect(stdout).toContain('hit ratio 99 %');
    expect(stdout).toContain('does not give its metrics: ');
  });

  it('says what to set where no Redis is, and when it does not answer', async () => {
    const none = await runCli(['cache', 'status', target, '--no-history']);
    expectError(none, 'APP.NO_CACHE');
    expect(none.stderr).toContain('cache.redis-url');
    expectError(
      await runCli(['cache', 'status', target, '--no-history', '--redis', 'redis://127.0.0.1:1']),
      'REDIS.UNREACHABLE',
    );
    expectError(await status('--fail-on', 'all'), 'APP.USAGE');
  });
});
