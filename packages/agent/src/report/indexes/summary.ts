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
  /** `saves 23.6 % of the workload's planned cost`, or why nothing is proposed. */
  readonly headline: string;
  /** What is proved about better sets; null when nothing is. */
  readonly bound: string | null;
  /** How the search ended. */
  readonly ending: string;
  /** How statements were weighed: `weighted by time`. */
  readonly weighing: string;
}

const ENDINGS: Readonly<Record<IndexReport['advice']['status'], string>> = {
  converged: 'the search ended by itself',
  'time-limit': 'the search was cut off by its time limit (--time-limit)',
  'call-limit': 'the search was cut off by its limit of plans (advise.indexes.maximum-calls)',
};

/** Sums an advice up. */
export function summarizeAdvice(report: IndexReport): AdviceSummary {
  const { advice, workload } = report;
  const { baseCost, cost, boundCost } = advice;
  const savedRatio = baseCost === 0 ? 0 : Math.max(0, 1 - cost / baseCost);
  const best = boundCost === null || baseCost === 0 ? null : Math.max(0, 1 - boundCost / baseCost);
  return {
    relativeCost: baseCost === 0 ? 1 : cost / baseCost,
    savedRatio,
    newBytes: advice.indexes.reduce((sum, index) => sum + index.sizeBytes, 0),
    droppedBytes: advice.drops.reduce((sum, drop) => sum + drop.index.sizeBytes, 0),
    headline: headlineOf(report.advice, savedRatio),
    bound:
      best === null
        ? null
        : `no set of the ${advice.candidates} candidates within the limits saves more than ${formatRatio(best)}`,
    ending: ENDINGS[advice.status],
    weighing: workload.weights === 'equal' ? 'each counted once' : `weighted by ${workload.weights}`,
  };
}

/** That nothing was found is no verdict where the search was cut off. */
function headlineOf({ status, indexes, drops }: IndexReport['advice'], savedRatio: number): string {
  if (indexes.length + drops.length > 0)
    return `saves ${formatRatio(savedRatio)} of the workload's planned cost`;
  return status === 'converged'
    ? 'proposes no index: none would help this workload within the limits'
    : 'proposes no index: the search was cut off before it found one';
}

/** Says how many bytes the new indexes take, and what they may: `475 MB of new indexes (budget 500 MB, net of drops)`. */
export function describeBudget(report: IndexReport, newBytes: number): string {
  const { storageBudgetBytes } = report.limits;
  const used = `${formatBytes(newBytes)} of new indexes`;
  return storageBudgetBytes === null
    ? used
    : `${used} (budget ${formatBytes(storageBudgetBytes)}, net of drops)`;
}

/** Statements whose cost the advice changes, the largest saving first. */
export function changedStatements(report: IndexReport): IndexReport['advice']['statements'] {
  const saving = (one: IndexReport['advice']['statements'][number]): number =>
    one.weight * (one.beforeCost - one.afterCost);
  return report.advice.statements
    .filter((one) => one.beforeCost !== one.afterCost)
    .toSorted((a, b) => saving(b) - saving(a));
}

/** Makes a headline the begin of a sentence. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
