import type { Comparison } from './compare.ts';
import { median } from './median.ts';
import type { Spread } from './noise.ts';

/** Efficiency of the median absolute deviation: a spread of it is known by so many degrees of freedom each. */
const MAD_EFFICIENCY = 0.37;
/** Makes the median absolute deviation of few normal values comparable with their standard deviation; from two on. */
const SMALL_SAMPLE = [1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107] as const;

/** Deviation of how much statements follow a load, where 1 follows it fully, before any control is seen. */
const USUAL_SENSITIVITY = 0.25;
/** How much that counts beside what the controls show. */
const USUAL_DF = 4;

/**
 * Measures how differently the untouched statements moved from before to after, less their own noise. Few controls
 * look alike by chance, so what is usual counts too: nothing without a common shift, more the larger it is.
 * @param logShift logarithm of the shift they have in common
 * @source T. G. Conley and C. R. Taber, "Inference with Difference in Differences with a Small Number of Policy
 * Changes" (2011): the controls show what an affected statement does without the action; C. Croux and P. J. Rousseeuw,
 * "Time-efficient algorithms for two highly robust estimators of scale" (1992): the factors of small samples;
 * G. K. Smyth, "Linear models and empirical Bayes methods" (2004), section 3: a variance moderated by a usual one
 */
export function controlSpread(
  comparisons: readonly Comparison[],
  noises: readonly number[],
  logShift: number,
): Spread {
  const count = comparisons.length;
  const middle = median(comparisons.map(({ logRatio }) => logRatio));
  const factor = SMALL_SAMPLE[count - 2] ?? count / (count - 0.8);
  const deviation = 1.4826 * factor * median(comparisons.map(({ logRatio }) => Math.abs(logRatio - middle)));
  const seen = Math.max(0, deviation ** 2 - median(noises));
  const seenDf = MAD_EFFICIENCY * (count - 1);
  const usual = (USUAL_SENSITIVITY * logShift) ** 2;
  const df = USUAL_DF + seenDf;
  return { variance: { value: (USUAL_DF * usual + seenDf * seen) / df, df }, statements: count };
}
