/**
 * The shared store in Redis, Redis Cluster or Valkey, over a client of ioredis that the application has. Takes the client;
 * gives the driver for `createCache({ l2 })`. Opens one more connection for messages, and leaves the given one open.
 */
import { CACHE_ERRORS, failure } from '../errors.ts';
import type { L2Driver } from '../l2/types.ts';
import type { RedisClient } from './client.ts';
import { RedisStore } from './store.ts';

export type { RedisClient } from './client.ts';

/** How Redis is used. */
export interface RedisStoreOptions {
  /** `new Redis(…)` or `new Cluster(…)` of ioredis 5.11 or later. Auto-pipelining gains nothing here: leave it off. */
  readonly client: RedisClient;
  /** How long an answer may take before Redis counts as away: what an outage adds to one read, once. By default 50. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 50;

/**
 * Shares values through Redis.
 * @throws CACHE.INVALID_OPTION
 * @example
 * const cache = createCache({ namespace: 'shop', l2: redisStore({ client: new Redis() }) });
 */
export function redisStore({ client, timeoutMs = TIMEOUT_MS }: RedisStoreOptions): L2Driver {
  if (!(timeoutMs >= 1)) {
    const expected = 'It is a number of 1 or more (ms)';
    throw failure(CACHE_ERRORS.INVALID_OPTION, { option: 'timeoutMs', value: String(timeoutMs), expected });
  }
  return { kind: 'redis', open: (context) => new RedisStore(client, context, timeoutMs) };
}
