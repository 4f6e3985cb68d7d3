import { formatBytes, formatRatio } from '../../kernel/index.ts';
import type { IndexReport } from './types.ts';

/** What the advice is worth, as numbers and words that every rendering shares. */
export interface AdviceSummary {
  /** Workload cost with the advice, relative to none, 0..1. */
  readonly relativeCost: number;
  /** Share of the cost that the advice saves, 0..1. */
  readonly savedRatio: number;
  readonly newBytes: number;
  readonly droppedBytes: number;
  /** `saves 23.6 % of the workload's planned cost`. */
  readonly headline: string;
  /** What is proved about better sets; null when nothing is. */
  readonly bound: string | null;
  /** How the search ended. */
  readonly ending: string;
}

const ENDINGS: Readonly<Record<IndexReport['advice']['status'], string>> = {
  converged: 'the search ended by itself',
  'time-limit': 'the search was cut off by its time limit (--time-limit)',
  'call-limit': 'the search was cut off by its limit of plans (advise.indexes.maximum-calls)',
};

/** Sums an advice up. */
export function summarizeAdvice({ advice }: IndexReport): AdviceSummary {
  const { baseCost, cost, boundCost } = advice;
  const savedRatio = baseCost === 0 ? 0 : Math.max(0, 1 - cost / baseCost);
  const best = boundCost === null || baseCost === 0 ? null : Math.max(0, 1 - boundCost / baseCost);
  return {
    relativeCost: baseCost === 0 ? 1 : cost / baseCost,
    savedRatio,
    newBytes: advice.indexes.reduce((sum, index) => sum + index.sizeBytes, 0),
    droppedBytes: advice.drops.reduce((sum, drop) => sum + drop.index.sizeBytes, 0),
    headline: `saves ${formatRatio(savedRatio)} of the workload's planned cost`,
    bound:
      best === null
        ? null
        : `no set of the ${advice.candidates} candidates within the limits saves more than ${formatRatio(best)}`,
    ending: ENDINGS[advice.status],
  };
}

/** Says how many bytes the new indexes take of what they may: `475 MB of 500 MB`. */
export function describeBudget(report: IndexReport, newBytes: number): string {
  const { storageBudgetBytes } = report.limits;
  const used = formatBytes(newBytes);
  return storageBudgetBytes === null ? used : `${used} of ${formatBytes(storageBudgetBytes)}`;
}

/** Statements whose cost the advice changes, the largest saving first. */
export function changedStatements(report: IndexReport): IndexReport['advice']['statements'] {
  const saving = (one: IndexReport['advice']['statements'][number]): number =>
    one.weight * (one.beforeCost - one.afterCost);
  return report.advice.statements
    .filter((one) => one.beforeCost !== one.afterCost)
    .toSorted((a, b) => saving(b) - saving(a));
}
