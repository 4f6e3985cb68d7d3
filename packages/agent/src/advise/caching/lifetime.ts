import { type KeySpace, predictHitRatio } from '../../diagnose/index.ts';
import type { Changes } from './changes.ts';
import type { KeyBounds } from './key-bounds.ts';
import type { CachingValues } from './settings.ts';
import type { Invalidation } from './types.ts';

/** How results are dropped, and what that gives. */
export interface Lifetime {
  readonly invalidation: Invalidation;
  readonly ttlMs: number;
  readonly changesPerSecond: number;
  readonly hitRatio: number;
  readonly lowHitRatio: number;
  readonly highHitRatio: number;
}

/** What a lifetime is chosen for. */
export interface LifetimeInputs {
  readonly keys: KeyBounds;
  readonly readsPerSecond: number;
  readonly changes: Changes;
  /** Whether the answer changes with the clock: then no change of a table tells when it is stale. */
  readonly isRelativeToNow: boolean;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Times that a person would write. */
const TTLS_MS: readonly number[] = [
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  60 * MINUTE_MS,
  120 * MINUTE_MS,
  720 * MINUTE_MS,
  1_440 * MINUTE_MS,
];

/**
 * Chooses how results end: by changes where that hits nearly as often as by time, for then no reader sees an old answer;
 * else by time alone. The time is the shortest that reaches nearly what the longest one would.
 */
export function chooseLifetime(inputs: LifetimeInputs, values: CachingValues): Lifetime {
  const byTime = withShortestTtl(inputs, values, { invalidation: 'time', changesPerSecond: 0 });
  if (inputs.isRelativeToNow || inputs.changes.hasMatview) return byTime;
  const { rowPerSecond, tablesPerSecond } = inputs.changes;
  const byChanges = withShortestTtl(
    inputs,
    values,
    rowPerSecond === null
      ? { invalidation: 'table', changesPerSecond: tablesPerSecond }
      : { invalidation: 'row', changesPerSecond: rowPerSecond },
  );
  return byChanges.hitRatio >= values.exactRatio * byTime.hitRatio ? byChanges : byTime;
}

function withShortestTtl(
  { keys, readsPerSecond }: LifetimeInputs,
  values: CachingValues,
  end: Pick<Lifetime, 'invalidation' | 'changesPerSecond'>,
): Lifetime {
  const longestMs = end.invalidation === 'time' ? values.acceptedStalenessMs : values.maximumTtlMs;
  const at = (ttlMs: number): Lifetime => {
    const ratioOf = (space: KeySpace | null): number =>
      space === null
        ? 0
        : predictHitRatio({
            keys: space,
            readsPerSecond,
            ttlMs,
            invalidationsPerSecond: end.changesPerSecond,
          });
    const highHitRatio = ratioOf(keys.best);
    const lowHitRatio = Math.min(highHitRatio, ratioOf(keys.worst));
    const hitRatio = lowHitRatio + values.dependentRatio * (highHitRatio - lowHitRatio);
    return { ...end, ttlMs, hitRatio, lowHitRatio, highHitRatio };
  };
  const longest = at(longestMs);
  const shorter = TTLS_MS.filter((ttlMs) => ttlMs < longestMs).map(at);
  return shorter.find(({ hitRatio }) => hitRatio >= values.sufficientRatio * longest.hitRatio) ?? longest;
}
