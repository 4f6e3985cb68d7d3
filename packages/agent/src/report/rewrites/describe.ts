import { countOf, formatCount, formatRatio } from '../../kernel/index.ts';
import type { AdvisedRewrite } from './types.ts';

/** Whether a rewrite is worth a look: cheaper or for many calls, and not shown to differ. */
export function isOffered({ verdict, check }: AdvisedRewrite): boolean {
  return (verdict === 'cheaper' || verdict === 'not-comparable') && check?.label !== 'different';
}

/** Whether running it showed another result. */
export function isWithdrawn({ check }: AdvisedRewrite): boolean {
  return check?.label === 'different';
}

/** Says what a rewrite saves. */
export function describeCost({ beforeCost, afterCost }: AdvisedRewrite): string {
  if (beforeCost === null || afterCost === null) return 'one call instead of many';
  const saved = beforeCost === 0 ? 0 : 1 - afterCost / beforeCost;
  return `cost ${formatCount(Math.round(beforeCost))} → ${formatCount(Math.round(afterCost))} (${formatRatio(Math.abs(saved))} ${saved >= 0 ? 'less' : 'more'})`;
}

/** Says how far the result stays the same. */
export function describeExactness({ exactness, constraints, conditions }: AdvisedRewrite): string {
  switch (exactness) {
    case 'exact':
      return constraints.length === 0 ? 'exact' : `exact, since ${constraints.join(', ')}`;
    case 'conditional':
      return `the same result if ${[...conditions, ...constraints].join(', and ')}`;
    case 'interface':
      return 'changes the interface: the application changes with it';
  }
}

/** Says what running both showed, one line each; none without a check. */
export function describeCheck({ check }: AdvisedRewrite): readonly string[] {
  if (check === null) return [];
  if (check.label === 'not compared') return [`not compared: ${check.reason}`];
  const rows = check.runs.reduce(
    (sum, { compared }) => sum + (compared.kind === 'same' ? compared.rowsCount : 0),
    0,
  );
  if (check.label === 'same result on this data') {
    return [`same result on this data (${countOf(check.runs.length, 'run')}, ${countOf(rows, 'row')})`];
  }
  return [
    'withdrawn: different result on this data',
    ...check.runs.flatMap(({ values, compared }) => {
      if (compared.kind !== 'different') return [];
      const given = values.length === 0 ? '' : ` with ${values.map((value) => value ?? 'NULL').join(', ')}`;
      return [
        `${compared.what} differ${given}: ${countOf(compared.originalRowsCount, 'row')} before, ${formatCount(compared.rewrittenRowsCount)} after`,
        ...compared.onlyOriginal.map((line) => `only before: ${line}`),
        ...compared.onlyRewritten.map((line) => `only after: ${line}`),
      ];
    }),
  ];
}
