import { type Cache, type CacheOptions, createCache } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';

/** Longer than Redis needs on a busy machine: for tests that are not about its outage. */
const PATIENT_MS = 2_000;

/** How a cache of a test differs. */
export interface TestCacheOptions extends Omit<CacheOptions, 'namespace' | 'l2'> {
  readonly namespace?: string;
  readonly timeoutMs?: number;
  /** Whether to wait until Redis serves; by default it does. */
  readonly isReady?: boolean;
}

/** Makes a cache over a Redis with a client of its own, as another process would; the test's end closes both. */
export async function openCache(url: string, options: TestCacheOptions = {}): Promise<Cache> {
  const { namespace = 'test', timeoutMs = PATIENT_MS, isReady = true, ...rest } = options;
  const client = new Redis(url, { retryStrategy: () => 50 });
  const cache = createCache({ ...rest, namespace, l2: redisStore({ client, timeoutMs }) });
  onTestFinished(async () => {
    await cache.close();
    client.disconnect();
  });
  if (isReady) await cache.ready();
  return cache;
}

/** A promise that the test settles. */
export interface Gate<T> {
  readonly promise: Promise<T>;
  open(value: T): void;
}

/** Makes a gate. */
export function createGate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
