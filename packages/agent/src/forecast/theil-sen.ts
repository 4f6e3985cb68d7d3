/** Something measured at an instant. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** How fast something grows, for each millisecond, and the interval in which that lies. */
export interface Slope {
  readonly perMs: number;
  readonly lowPerMs: number;
  readonly highPerMs: number;
}

/** Quantile of the normal distribution for an interval that holds the slope in 95 of 100 cases. */
const Z95 = 1.959964;

/**
 * Estimates a slope as the median of the slopes between all pairs of points: up to 29 % of the points may be wild and
 * do not move it. The interval comes from the ranks of those slopes, without any assumption on the noise but that it
 * is the same at all times.
 * @returns null for fewer than two instants
 * @source P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968), section 4
 */
export function theilSen(points: readonly Point[]): Slope | null {
  const slopes: number[] = [];
  points.forEach((a, index) => {
    for (const b of points.slice(index + 1)) {
      if (a.atMs !== b.atMs) slopes.push((b.value - a.value) / (b.atMs - a.atMs));
    }
  });
  slopes.sort((a, b) => a - b);
  const count = slopes.length;
  if (count === 0) return null;
  const n = points.length;
  const spread = Z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const low = Math.max(0, Math.floor((count - spread) / 2) - 1);
  const high = Math.min(count - 1, Math.ceil((count + spread) / 2));
  return { perMs: median(slopes), lowPerMs: slopes[low] ?? 0, highPerMs: slopes[high] ?? 0 };
}

/** Gives the middle of sorted values; NaN of none. */
export function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
