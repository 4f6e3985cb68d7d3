import type { CacheCore } from '../core.ts';
import type { Bound } from './types.ts';

/** What is known of a value's age. */
export interface Age {
  /** When its load began, by `performance.now()`. */
  readonly loadedAtMs: number;
  readonly lsn: bigint;
}

/**
 * Whether a value that no invalidation has reached is as new as the reader asks. It is where its load began late enough;
 * and where the worker has turned every commit up to there into invalidations, none of which met the value.
 */
export function isWithin(core: CacheCore, { maxStalenessMs, minLsn }: Bound, age: Age): boolean {
  const watermark = core.store?.watermark ?? null;
  if (minLsn !== null && age.lsn < minLsn && (watermark === null || watermark.lsn < minLsn)) return false;
  if (maxStalenessMs === null) return true;
  const oldestMs = performance.now() - maxStalenessMs;
  if (age.loadedAtMs >= oldestMs) return true;
  return core.store !== null && watermark !== null && core.store.toOwnMs(watermark.atMs) >= oldestMs;
}
