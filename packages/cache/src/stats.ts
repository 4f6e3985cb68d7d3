import type { Sieve } from './l1/sieve.ts';
import type { CacheStats } from './types.ts';

type Counted = Exclude<
  keyof CacheStats,
  'namespace' | 'hitRatio' | 'entries' | 'sizeBytes' | 'deferredInvalidations'
>;

/** Counters that the parts of a cache add to. */
export type Counters = Record<Counted, number>;

/** Creates counters at zero. */
export function createCounters(): Counters {
  return {
    l1Hits: 0,
    l2Hits: 0,
    staleHits: 0,
    misses: 0,
    joined: 0,
    loads: 0,
    loadErrors: 0,
    loadMs: 0,
    savedMs: 0,
    refusals: 0,
    invalidations: 0,
    l2Errors: 0,
    outages: 0,
    evictions: 0,
    clears: 0,
  };
}

/** Gives the counters as they stand. */
export function readStats(
  namespace: string,
  counters: Counters,
  now: { readonly l1: Sieve | null; readonly deferredInvalidations: number },
): CacheStats {
  const hits = counters.l1Hits + counters.l2Hits;
  const reads = hits + counters.misses;
  return {
    namespace,
    ...counters,
    hitRatio: reads === 0 ? null : hits / reads,
    deferredInvalidations: now.deferredInvalidations,
    entries: now.l1?.entriesCount ?? 0,
    sizeBytes: now.l1?.sizeBytes ?? 0,
  };
}
