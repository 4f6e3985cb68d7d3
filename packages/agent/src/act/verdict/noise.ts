import type { Side } from './side.ts';

/** What a variance is known by: its size, and the degrees of freedom of its estimate. */
export interface Variance {
  readonly value: number;
  readonly df: number;
}

/** How differently untouched statements move: an affected one may differ from their median as much. */
export interface Spread {
  /** Of one statement's own shift around the common one. */
  readonly variance: Variance;
  readonly statements: number;
}

const LARGEST_CORRELATION = 0.7;
/** Below it the correction for bias is as large as what it corrects. */
const FEWEST_NEIGHBOURS = 6;

/**
 * Estimates how alike neighbouring batches are, over all statements of one side together: one statement has too few
 * batches to tell.
 * @returns correlation of neighbours, 0 to 0.7
 * @source M. G. Kendall, "Note on bias in the estimation of autocorrelation" (1954), for the correction
 */
export function neighbourCorrelation(sides: readonly Side[]): number {
  const estimates = sides.flatMap(({ influences }) => {
    const squares = influences.reduce((sum, value) => sum + value ** 2, 0);
    if (squares === 0 || influences.length < FEWEST_NEIGHBOURS) return [];
    const products = influences.reduce((sum, value, index) => sum + value * (influences[index + 1] ?? 0), 0);
    const count = influences.length;
    return [(products / squares + 1 / count) / (1 - 3 / count)];
  });
  if (estimates.length === 0) return 0;
  const mean = estimates.reduce((sum, value) => sum + value, 0) / estimates.length;
  return Math.min(LARGEST_CORRELATION, Math.max(0, mean));
}

/**
 * Gives the variance of the logarithm of a mean, from the spread between batches that resemble their neighbours.
 * @source H. J. Thiébaux and F. W. Zwiers, "The interpretation and estimation of effective sample size" (1984)
 */
export function meanVariance(side: Side, correlation: number): Variance {
  const count = side.influences.length;
  const spread = (side.influences.reduce((sum, value) => sum + value ** 2, 0) * (count - 1)) / count;
  const alike = (1 + correlation) / (1 - correlation);
  const inflation = alike / (1 - Math.min(0.9, (alike - 1) / (count - 1)));
  return {
    value: Math.max(spread * inflation, side.callVariance),
    df: Math.max(1, side.effectiveBatches / alike - 1),
  };
}

/**
 * Adds independent variances.
 * @source F. E. Satterthwaite, "An approximate distribution of estimates of variance components" (1946)
 */
export function addVariances(parts: readonly Variance[]): Variance {
  const value = parts.reduce((sum, part) => sum + part.value, 0);
  const weight = parts.reduce((sum, part) => sum + part.value ** 2 / part.df, 0);
  return { value, df: weight === 0 ? 1e6 : value ** 2 / weight };
}
