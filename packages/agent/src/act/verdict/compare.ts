import { type BatchedStatement, sumBatches } from './batches.ts';
import type { Shifts } from './control.ts';
import { addVariances, meanVariance, neighbourCorrelation, type Spread, type Variance } from './noise.ts';
import { blocksSide, callSpread, type Side, timeSide } from './side.ts';
import { studentQuantile } from './student.ts';
import type { RatioInterval } from './types.ts';

/** A figure per call before and after, of one statement or of a basket. */
export interface Comparison {
  /** Logarithm of after ÷ before, less the common shift. */
  readonly logRatio: number;
  readonly before: Side;
  readonly after: Side;
  /** Sum of the squared shares of the statements in it: 1 for a single one. */
  readonly concentration: number;
}

/** What blurs every comparison. */
export interface Blur {
  readonly before: number;
  readonly after: number;
  /** Null where there are no controls. */
  readonly spread: Spread | null;
}

/** A logarithm of a ratio with the variance of its estimate. */
export interface Estimate extends Variance {
  readonly logRatio: number;
}

/** Variance of a median as a multiple of that of the mean. */
const MEDIAN_VARIANCE = Math.PI / 2;

/** Compares the time per call of one statement. @returns null when either side cannot be measured */
export function compareTimes({ before, after }: BatchedStatement, shifts: Shifts): Comparison | null {
  // Few calls of a heavy tail look tamer than they are, and the side with more of them knows.
  const spread = Math.max(callSpread(before), callSpread(after));
  return compare(timeSide(before, shifts.before, spread), timeSide(after, shifts.after, spread));
}

/** Compares the blocks per call of one statement. @returns as for times */
export function compareBlocks({ before, after }: BatchedStatement): Comparison | null {
  return compare(blocksSide(before), blocksSide(after));
}

/** Measures how alike neighbouring batches are on either side. */
export function blurOf(comparisons: readonly Comparison[], spread: Spread | null): Blur {
  return {
    before: neighbourCorrelation(comparisons.map(({ before }) => before)),
    after: neighbourCorrelation(comparisons.map(({ after }) => after)),
    spread,
  };
}

/** Gives a comparison its variance: that of both sides, and that of how differently statements shift. */
export function estimate(comparison: Comparison, { before, after, spread }: Blur): Estimate {
  const parts = [meanVariance(comparison.before, before), meanVariance(comparison.after, after)];
  if (spread !== null) {
    const share = comparison.concentration + MEDIAN_VARIANCE / spread.statements;
    parts.push({ ...spread.variance, value: spread.variance.value * share });
  }
  return { logRatio: comparison.logRatio, ...addVariances(parts) };
}

/** Gives the 95 % confidence interval of a ratio. */
export function intervalOf({ logRatio, value, df }: Estimate): RatioInterval {
  const half = studentQuantile(0.025, df) * Math.sqrt(value);
  return { ratio: Math.exp(logRatio), low: Math.exp(logRatio - half), high: Math.exp(logRatio + half) };
}

/** One statement of a basket. */
export interface BasketItem {
  readonly statement: BatchedStatement;
  readonly comparison: Comparison;
}

/**
 * Compares what the calls of before cost before and after: a statement that is called more often since does not make
 * the basket dearer. What batches do to several statements at once adds up.
 * @returns null for an empty basket
 * @source the price index of Laspeyres
 */
export function compareBasket(items: readonly BasketItem[]): Comparison | null {
  const costs = items.map(({ statement, comparison }) => ({
    comparison,
    before: sumBatches(statement.before).calls * comparison.before.mean,
    after: sumBatches(statement.before).calls * comparison.before.mean * Math.exp(comparison.logRatio),
  }));
  const total = (side: 'before' | 'after'): number => costs.reduce((sum, cost) => sum + cost[side], 0);
  if (items.length === 0) return null;
  const sides = { before: total('before'), after: total('after') };
  const mixed = (side: 'before' | 'after'): Side =>
    mix(costs.map((cost) => ({ side: cost.comparison[side], share: cost[side] / sides[side] })));
  return {
    logRatio: Math.log(sides.after / sides.before),
    before: mixed('before'),
    after: mixed('after'),
    concentration: costs.reduce((sum, cost) => sum + (cost.after / sides.after) ** 2, 0),
  };
}

function compare(before: Side | null, after: Side | null): Comparison | null {
  if (before === null || after === null) return null;
  return { logRatio: Math.log(after.mean / before.mean), before, after, concentration: 1 };
}

function mix(parts: readonly { readonly side: Side; readonly share: number }[]): Side {
  const add = (pick: (side: Side) => number, power: 1 | 2): number =>
    parts.reduce((sum, { side, share }) => sum + pick(side) * share ** power, 0);
  const count = parts[0]?.side.influences.length ?? 0;
  return {
    mean: add(({ mean }) => mean, 1),
    influences: Array.from({ length: count }, (_, index) =>
      add(({ influences }) => influences[index] ?? 0, 1),
    ),
    callVariance: add(({ callVariance }) => callVariance, 2),
    effectiveBatches: add(({ effectiveBatches }) => effectiveBatches, 1),
  };
}
