import { errorLine } from '../../kernel/index.ts';
import { createCacheMeter } from '../../observe/index.ts';
import { openRedis, REDIS_SETTINGS, type RedisFacts } from '../../redis/index.ts';
import type { Leadership } from './leadership.ts';
import type { ObjectiveEvents } from './objective-events.ts';
import type { Outbox } from './outbox.ts';
import { type CollectorStatus, newStatus, type Round, runRound } from './rounds.ts';
import { WATCH_SETTINGS } from './settings.ts';
import type { WatchOptions } from './types.ts';

/**
 * Watches the cache before a target: the Redis of `cache.redis-url`, over a connection of its own, whether or not the
 * target answers. A Redis that is away is a reading like any other and ends nothing.
 *
 * Whoever else can tell hits from misses, such as the library that an application looks in Redis with, counts under a
 * source of its own in the same kind of series: the objective adds all sources up.
 */
export interface CacheWatch {
  /** How the rounds do. */
  readonly status: CollectorStatus;
  /** What the Redis said last; null while it does not answer. */
  latest(): RedisFacts | null;
  /** Looks again and again until the signal of the watch fires. */
  run(): Promise<void>;
}

/** Prepares to watch the cache; null where the settings name none. @throws REDIS.INVALID_URL */
export function createCacheWatch(
  options: WatchOptions,
  parts: { readonly outbox: Outbox; readonly events: ObjectiveEvents; readonly leadership: Leadership },
): CacheWatch | null {
  const { settings, clock, signal, random } = options;
  const { outbox, events, leadership } = parts;
  const url = settings.get(REDIS_SETTINGS.url);
  if (url === '') return null;
  const redis = openRedis(url, { timeoutMs: settings.get(REDIS_SETTINGS.timeoutMs) });
  const meter = createCacheMeter(clock, `redis ${redis.address}`);
  let latest: RedisFacts | null = null;
  const round: Round = {
    id: 'cache',
    everyMs: settings.get(WATCH_SETTINGS.countersEveryMs),
    // It costs the target nothing.
    busyMs: () => 0,
    async run() {
      if (!leadership.mayObserve) {
        meter.forget();
        return null;
      }
      const read = await redis.read().then(
        (facts) => ({ facts, trouble: null }),
        (error: unknown) => ({ facts: null, trouble: errorLine(error) }),
      );
      latest = read.facts;
      const reading = read.facts === null ? meter.failed(read.trouble) : meter.answered(read.facts);
      outbox.put([...reading.batches, ...events.of(reading.batches)], reading.events);
      return read.trouble;
    },
  };
  const status = newStatus(round);
  return {
    status,
    latest: () => latest,
    async run() {
      await runRound(round, status, { clock, random, budgetRatio: 1, signal });
      redis.close();
    },
  };
}
