import type { KeySpace } from './key-space.ts';

/** How the results of one statement are read, and how long they live in a cache. */
export interface CacheUse {
  readonly keys: KeySpace;
  /** Reads of all keys together. */
  readonly readsPerSecond: number;
  /** Time after which a result is dropped; infinite for never. */
  readonly ttlMs: number;
  /** How often a change drops the result of one key. */
  readonly invalidationsPerSecond: number;
}

/**
 * Predicts the share of reads that find a result, 0..1. Reads and changes come as Poisson processes; a result lives from
 * the read that missed until its time is over or a change drops it, whichever is first. A key that is read l times a
 * second and whose results live L seconds on average hits l·L times for each miss: l·L / (1 + l·L), with
 * L = (1 - e^(-wT)) / w, which is T without changes, and 1/w without a time.
 * @source N. C. Fofack, P. Nain, G. Neglia, D. Towsley, "Performance evaluation of hierarchical TTL-based cache networks",
 * Computer Networks 65 (2014), section 3: caches whose time is not renewed by hits
 */
export function predictHitRatio({ keys, readsPerSecond, ...life }: CacheUse): number {
  const lifeSeconds = expectedLifeSeconds(life);
  if (lifeSeconds === Number.POSITIVE_INFINITY) return 1;
  return keys.reduce((sum, { keysCount, readsRatio }) => {
    const hitsPerMiss = (readsPerSecond * readsRatio * lifeSeconds) / keysCount;
    return sum + (readsRatio * hitsPerMiss) / (1 + hitsPerMiss);
  }, 0);
}

/** Mean of the lesser of a fixed time and an exponential one. */
function expectedLifeSeconds({
  ttlMs,
  invalidationsPerSecond,
}: Pick<CacheUse, 'ttlMs' | 'invalidationsPerSecond'>): number {
  const ttlSeconds = ttlMs / 1_000;
  return invalidationsPerSecond === 0
    ? ttlSeconds
    : -Math.expm1(-invalidationsPerSecond * ttlSeconds) / invalidationsPerSecond;
}
