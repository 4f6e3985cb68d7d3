import type { IndexMethod } from '../../../packages/agent/src/planner/index.ts';
import type { Figures } from '../report.ts';
import { errorOf, quantile, shareOf } from './agreement.ts';
import type { Fidelity } from './fidelity.ts';
import type { SizeGuess, SupposedResult } from './supposed-indexes.ts';

const METHODS: readonly IndexMethod[] = ['btree', 'gin', 'gist', 'spgist', 'brin', 'hash'];

/** Figures of one server or of several together. */
export function fidelityFigures(all: readonly Fidelity[]): Figures {
  const random = all.flatMap((one) => one.random);
  const generic = all.flatMap((one) => one.generic);
  const handWritten = all.flatMap((one) => one.handWritten);
  return {
    randomQueries: random.length,
    randomIdenticalRatio: shareOf(random, (pair) => pair.isIdentical),
    randomSameShapeRatio: shareOf(random, (pair) => pair.isSameShape),
    handWrittenQueries: handWritten.length,
    handWrittenIdenticalRatio: shareOf(handWritten, (pair) => pair.isIdentical),
    genericQueries: generic.length,
    genericIdenticalRatio: shareOf(generic, (pair) => pair.isIdentical),
    negativeControlIdenticalRatio: shareOf(
      all.flatMap((one) => one.negative),
      (pair) => pair.isIdentical,
    ),
    ...supposedFigures(all.map((one) => one.supposed)),
  };
}

/** Figures of supposed indexes beside built ones. */
export function supposedFigures(results: readonly SupposedResult[]): Figures {
  const pairs = results.flatMap((one) => one.pairs);
  const costErrors = pairs.map((pair) => errorOf(pair.costRatio));
  const usedErrors = pairs.filter((pair) => pair.isUsed).map((pair) => errorOf(pair.costRatio));
  const sizes = pairs.flatMap((pair) => pair.sizes);
  const written = pairs.filter((pair) => !pair.isRandom).flatMap((pair) => pair.sizes);
  const ofMethod = (method: IndexMethod): readonly SizeGuess[] =>
    sizes.filter((size) => size.method === method);
  return {
    supposedCases: pairs.length,
    supposedUsedCases: usedErrors.length,
    supposedRefusedCases: results.reduce((sum, one) => sum + one.refused.length, 0),
    supposedSameShapeRatio: shareOf(pairs, (pair) => pair.isSameShape),
    supposedSameVerdictRatio: shareOf(pairs, (pair) => pair.isSameVerdict),
    supposedIdenticalRatio: shareOf(pairs, (pair) => pair.isIdentical),
    costErrorMedianRatio: quantile(costErrors, 0.5),
    costErrorP95Ratio: quantile(costErrors, 0.95),
    costErrorMaxRatio: quantile(costErrors, 1),
    ...(usedErrors.length === 0 ? {} : { costErrorUsedP95Ratio: quantile(usedErrors, 0.95) }),
    sizeErrorMedianRatio: quantile(
      sizes.map((size) => errorOf(size.ratio)),
      0.5,
    ),
    sizeErrorP95Ratio: quantile(
      sizes.map((size) => errorOf(size.ratio)),
      0.95,
    ),
    handWrittenIndexes: written.length,
    handWrittenSizeErrorMedianRatio: quantile(
      written.map((size) => errorOf(size.ratio)),
      0.5,
    ),
    handWrittenSizeErrorP95Ratio: quantile(
      written.map((size) => errorOf(size.ratio)),
      0.95,
    ),
    ...Object.fromEntries(
      METHODS.flatMap((method) => {
        const errors = ofMethod(method).map((size) => errorOf(size.ratio));
        return errors.length === 0
          ? []
          : [
              [`${method}Indexes`, errors.length],
              [`${method}SizeErrorMedianRatio`, quantile(errors, 0.5)],
              [`${method}SizeErrorP95Ratio`, quantile(errors, 0.95)],
            ];
      }),
    ),
  };
}

/** What a person wants to see of a run: every difference. */
export function differences(major: number, one: Fidelity, limit: number): readonly string[] {
  const lines = [
    ...one.gaps.map((gap) => `gap ${gap}`),
    ...[...one.handWritten, ...one.random, ...one.generic]
      .filter((pair) => !pair.isIdentical)
      .map((pair) => `plan ${pair.label}`),
    ...one.supposed.refused.map((label) => `refused ${label}`),
    ...one.supposed.pairs
      .filter((pair) => !pair.isSameShape || !pair.isSameVerdict || errorOf(pair.costRatio) > 0.02)
      .map(
        (pair) =>
          `index ${pair.isSameShape ? '' : 'SHAPE '}${pair.isSameVerdict ? '' : 'VERDICT '}cost × ${pair.costRatio.toFixed(3)}: ${pair.label}`,
      ),
    ...one.supposed.pairs
      .flatMap((pair) => pair.sizes)
      .filter((size) => errorOf(size.ratio) > 0.15)
      .map(
        (size) =>
          `size × ${size.ratio.toFixed(2)} (${size.bytes / 8192} pages for ${size.realBytes / 8192}): ${size.label}`,
      ),
  ];
  const said = lines.slice(0, limit).map((line) => `${major}: ${line.replace(/\s+/g, ' ')}`);
  return lines.length > limit
    ? [...said, `${major}: … ${lines.length - limit} more (--differences ${lines.length})`]
    : said;
}
