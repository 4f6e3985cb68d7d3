/** A value and how much it counts. */
export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** Gives the value with half of the weight on either side; 0 without any. */
export function weightedMedian(items: readonly Weighted[]): number {
  const sorted = items.toSorted((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let reached = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    reached += weight;
    // Exactly half: the middle between this one and the next, as for an even number of equal ones.
    if (Math.abs(reached - half) <= half * 1e-9) return (value + (sorted[index + 1]?.value ?? value)) / 2;
    if (reached > half) return value;
  }
  return 0;
}

/** Gives the middle value; 0 without any. */
export function median(values: readonly number[]): number {
  return weightedMedian(values.map((value) => ({ value, weight: 1 })));
}
