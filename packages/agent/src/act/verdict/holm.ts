/**
 * Corrects probabilities for their number: among forty harmless statements one looks slower by chance.
 * @returns for each, the level at which it is still significant, in the same order, at most 1
 * @source S. Holm, "A simple sequentially rejective multiple test procedure" (1979)
 */
export function holmAdjust(probabilities: readonly number[]): readonly number[] {
  const order = probabilities
    .map((probability, index) => ({ probability, index }))
    .toSorted((a, b) => a.probability - b.probability);
  const adjusted = new Map<number, number>();
  let largest = 0;
  for (const [rank, { probability, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, probability * (order.length - rank)));
    adjusted.set(index, largest);
  }
  return probabilities.map((_, index) => adjusted.get(index) ?? 1);
}
