import { createBulkhead } from './bulkhead.ts';
import type { CacheCore } from './core.ts';
import { createDeferred } from './deferred.ts';
import { createDeletions } from './deletions.ts';
import { CACHE_ERRORS, failure } from './errors.ts';
import { createListeners } from './events.ts';
import { applyStoreEvent } from './invalidate.ts';
import { createSieve } from './l1/sieve.ts';
import { QueryCache } from './query-cache.ts';
import { resolveSettings } from './settings.ts';
import { createCounters } from './stats.ts';
import { createTagTable } from './tags.ts';
import type { Cache, CacheOptions } from './types.ts';

/**
 * Creates a cache of one namespace.
 * @throws CACHE.INVALID_NAMESPACE, CACHE.INVALID_OPTION
 * @example
 * const cache = createCache({ namespace: 'shop', l2: redisStore({ client: new Redis() }) });
 * const rows = await cache.wrap(['search', term], { tags: ['products'], ttlMs: 3_600_000 }, () => search(term));
 */
export function createCache(options: CacheOptions): Cache {
  const { namespace } = options;
  if (!/^[\w.-]{1,64}$/.test(namespace)) throw failure(CACHE_ERRORS.INVALID_NAMESPACE, { namespace });
  const settings = resolveSettings(options);
  const counters = createCounters();
  const listeners = createListeners();
  const tags = createTagTable();
  const l1 = createSieve({
    maxEntries: settings['l1.maxEntries'],
    maxBytes: settings['l1.maxBytes'],
    onLeave(entry, isEvicted) {
      tags.release(entry.cells);
      if (!isEvicted) return;
      counters.evictions += 1;
      listeners.emit('evict', { key: entry.id, sizeBytes: entry.sizeBytes });
    },
  });
  // A store may tell something while it is being opened.
  const early: Parameters<typeof applyStoreEvent>[1][] = [];
  let core: CacheCore | null = null;
  const store = options.l2?.open({
    namespace,
    tagTtlMs: 2 * settings.maxTtlMs,
    listener: (event) => (core === null ? early.push(event) : applyStoreEvent(core, event)),
  });
  core = {
    namespace,
    settings,
    l1: options.l1 === false ? null : l1,
    store: store ?? null,
    tags,
    deletions: createDeletions(),
    deferred: createDeferred(),
    flights: new Map(),
    refreshes: new Map(),
    telling: new Set(),
    aborts: new Set(),
    bulkhead: createBulkhead({
      maxConcurrentLoads: settings['outage.maxConcurrentLoads'],
      maxWaitingLoads: settings['outage.maxWaitingLoads'],
    }),
    counters,
    listeners,
  };
  for (const event of early) applyStoreEvent(core, event);
  return new QueryCache(core);
}
