/** How a value stands to values of the past. */
export interface PastComparison {
  readonly median: number;
  /** The value as a multiple of the median. */
  readonly factor: number;
  /** How many usual deviations it lies above the median; without any deviation infinite or zero. */
  readonly deviations: number;
}

/** Makes the median absolute deviation comparable with a standard deviation of normal noise. */
const NORMAL_CONSISTENCY = 1.4826;

/**
 * Compares a value with its past by median and median absolute deviation, which a few wild hours cannot move.
 * @param past at least one value
 * @source P. J. Rousseeuw and C. Croux, "Alternatives to the Median Absolute Deviation" (1993)
 */
export function compareWithPast(value: number, past: readonly number[]): PastComparison {
  const middle = median(past);
  const deviation = NORMAL_CONSISTENCY * median(past.map((one) => Math.abs(one - middle)));
  const above = value - middle;
  return {
    median: middle,
    factor: middle === 0 ? (value === 0 ? 1 : Number.MAX_VALUE) : value / middle,
    deviations: deviation === 0 ? (above > 0 ? Number.MAX_VALUE : 0) : above / deviation,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
