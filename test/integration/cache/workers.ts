import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '@pgsteward/cache';
import { createInvalidationWorker, type InvalidationWorker, type WorkerOptions } from '@pgsteward/cache/cdc';
import { redisStore } from '@pgsteward/cache/redis';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { onTestFinished } from 'vitest';
import { clientFor, startTestServer, type TestServer, type TestServerOptions } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { openCache, type TestCacheOptions } from './caches.ts';

/** A database and a Redis with a worker between them. */
export interface Setting {
  readonly server: TestServer;
  readonly redis: TestRedis;
  /** URL as superuser. */
  readonly url: string;
  readonly client: pg.Client;
  /** Opens a cache; `l1: false` by default, so that each read asks Redis. */
  cache(options?: TestCacheOptions): Promise<Cache>;
  /** Starts a worker, and waits until it runs or waits. */
  worker(options?: Partial<WorkerOptions>): Promise<InvalidationWorker>;
}

/** Starts servers of their own; the test's end stops them. */
export async function startSetting(options: TestServerOptions = {}): Promise<Setting> {
  const [server, redis] = await Promise.all([startTestServer(options), startRedis()]);
  const url = server.connectionUrl();
  const client = clientFor(url);
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(async () => {
    await client.end().catch(() => undefined);
    await Promise.all([server.close(), redis.close()]);
  });
  return {
    server,
    redis,
    url,
    client,
    cache: (own = {}) => openCache(redis.url, { l1: false, ...own }),
    worker: async (own = {}) => {
      const worker = startWorker(redis.url, { database: url, ...own });
      await worker.ready();
      return worker;
    },
  };
}

/** Starts a worker over a connection to Redis of its own; the test's end stops both. */
export function startWorker(
  redisUrl: string,
  options: Partial<WorkerOptions> & Pick<WorkerOptions, 'database'>,
): InvalidationWorker {
  const redis = new Redis(redisUrl, { retryStrategy: () => 50 });
  onTestFinished(() => redis.disconnect());
  const store = redisStore({ client: redis, timeoutMs: 2_000 });
  const worker = createInvalidationWorker({ namespace: 'test', store, ...options });
  // Runs before the one above.
  onTestFinished(() => worker.stop());
  return worker;
}

/** Waits until a worker's watermark is younger than this call: all that was committed before is invalidated. */
export async function caughtUp(worker: InvalidationWorker, timeoutMs = 20_000): Promise<void> {
  const beginMs = performance.now();
  for (;;) {
    const { watermarkAgeMs, state, lastError } = worker.status();
    const sinceMs = performance.now() - beginMs;
    if (watermarkAgeMs !== null && watermarkAgeMs < sinceMs) return;
    if (sinceMs > timeoutMs)
      throw new Error(`the worker is ${state}: ${lastError?.message}`, { cause: lastError });
    await sleep(10);
  }
}

/** Whether values with these tags, kept before some work, are gone after it; each kept anew before. */
export async function goneAfter(
  setting: { readonly cache: Cache; readonly worker: InvalidationWorker },
  tags: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const { cache, worker } = setting;
  for (const tag of tags) await cache.set(tag, 'kept', { tags: [tag], ttlMs: 600_000 });
  await work();
  await caughtUp(worker);
  const gone: string[] = [];
  for (const tag of tags) if ((await cache.get(tag)) === undefined) gone.push(tag);
  return gone;
}
