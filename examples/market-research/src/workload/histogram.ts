/** Latencies of one operation in bounded memory. */
export interface LatencyHistogram {
  /** Adds one latency, ms; what lies under 1 µs counts as 1 µs, what lies over 18 hours as 18 hours. */
  readonly record: (latencyMs: number) => void;
  readonly count: () => number;
  /** Exact mean, ms; 0 without a record. */
  readonly meanMs: () => number;
  /** Exact maximum, ms; 0 without a record. */
  readonly maxMs: () => number;
  /**
   * Gives the nearest-rank percentile within 0.4 %.
   * @param share 0 to 1, as 0.95
   * @returns ms; 0 without a record
   */
  readonly percentileMs: (share: number) => number;
}

/** Linear steps in each doubling: the middle of a step is at most 1/256 from any value in it. */
const steps = 128;
const doublings = 36;

/** Builds an empty log-linear histogram (as HdrHistogram): 128 steps per doubling from 1 µs, 18 kB in all. */
export function createHistogram(): LatencyHistogram {
  const buckets = new Uint32Array(steps * doublings);
  let count = 0;
  let sumMs = 0;
  let maxMs = 0;
  return {
    record(latencyMs) {
      const bucket = bucketOf(latencyMs * 1000);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      count += 1;
      sumMs += latencyMs;
      if (latencyMs > maxMs) maxMs = latencyMs;
    },
    count: () => count,
    meanMs: () => (count === 0 ? 0 : sumMs / count),
    maxMs: () => maxMs,
    percentileMs(share) {
      if (count === 0) return 0;
      const rank = Math.max(1, Math.ceil(share * count));
      let seen = 0;
      for (let bucket = 0; bucket < buckets.length; bucket += 1) {
        seen += buckets[bucket] ?? 0;
        if (seen >= rank) return Math.min(maxMs, middleOf(bucket) / 1000);
      }
      return maxMs;
    },
  };
}

function bucketOf(microseconds: number): number {
  const value = Math.max(1, microseconds);
  let doubling = Math.floor(Math.log2(value));
  // log2 may round up to the next whole number just under a power of two.
  if (2 ** doubling > value) doubling -= 1;
  if (doubling >= doublings) return steps * doublings - 1;
  return doubling * steps + Math.min(steps - 1, Math.floor((value / 2 ** doubling - 1) * steps));
}

function middleOf(bucket: number): number {
  const doubling = Math.floor(bucket / steps);
  return 2 ** doubling * (1 + ((bucket % steps) + 0.5) / steps);
}
