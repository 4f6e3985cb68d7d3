import type { Batch } from './batches.ts';
import { sumBatches } from './batches.ts';

/** A figure per call on one side of the action. */
export interface Side {
  readonly mean: number;
  /** How far the logarithm of the mean moves when a batch is left out, by batch. */
  readonly influences: readonly number[];
  /** Variance of the logarithm of the mean if the calls were independent of each other: never less than that. */
  readonly callVariance: number;
  /** Batches of equal size that would say as much. */
  readonly effectiveBatches: number;
}

/** A side whose spread is not known better than this is no side to judge. */
const FEWEST_EFFECTIVE_BATCHES = 3;

/** Gives the squared spread of the times of the calls around their mean, as a multiple of its square. */
export function callSpread(batches: readonly Batch[]): number {
  const { calls, totalMs, squaresMs2 } = sumBatches(batches);
  return totalMs > 0 ? Math.max(0, (squaresMs2 * calls) / totalMs ** 2 - 1) : 0;
}

/**
 * Measures the time per call.
 * @param shifts logarithm of the common shift of each batch, which is taken off
 * @param spread of the calls
 * @returns null when the calls fall into too few batches, or took no time
 */
export function timeSide(batches: readonly Batch[], shifts: readonly number[], spread: number): Side | null {
  const amounts = batches.map(({ totalMs }, index) => totalMs * Math.exp(-(shifts[index] ?? 0)));
  return sideOf(batches, amounts, spread / sumBatches(batches).calls);
}

/** Measures the blocks per call, hit or read: the same work whatever the load. @returns as for time */
export function blocksSide(batches: readonly Batch[]): Side | null {
  return sideOf(
    batches,
    batches.map(({ blocks }) => blocks),
    0,
  );
}

/**
 * The mean is the ratio of two sums, so that batches count by their calls and rare calls cause no bias, as the mean of
 * logarithms would have.
 * @source B. Efron and C. Stein, "The jackknife estimate of variance" (1981), of a ratio, linearized
 */
function sideOf(batches: readonly Batch[], amounts: readonly number[], callVariance: number): Side | null {
  const calls = sumBatches(batches).calls;
  const amount = amounts.reduce((sum, value) => sum + value, 0);
  if (calls === 0 || amount <= 0) return null;
  const shares = batches.map((batch) => batch.calls / calls);
  const effectiveBatches = 1 / shares.reduce((sum, share) => sum + share ** 2, 0);
  if (effectiveBatches < FEWEST_EFFECTIVE_BATCHES) return null;
  const influences = shares.map((share, index) => ((amounts[index] ?? 0) / amount - share) / (1 - share));
  return { mean: amount / calls, influences, callVariance, effectiveBatches };
}
