import type { CacheAlternative, CacheCandidate } from '../../advise/index.ts';
import { countOf, formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { CacheAdviceReport } from './types.ts';

/** What each way of ending a result is called. */
export const INVALIDATIONS: Readonly<Record<CacheCandidate['invalidation'], string>> = {
  row: 'row tag',
  table: 'table tag',
  time: 'time alone',
};

/** What serves a statement better, for a person. */
export const ALTERNATIVES: Readonly<Record<CacheAlternative['kind'], string>> = {
  index: 'an index',
  'materialized-view': 'a materialized view',
  rewrite: 'a rewrite',
  replica: 'a replica',
};

/** Says where the measurements come from: `judged over 7 d of history, 42 statements`. */
export function describeCachingWorkload({ workload }: Pick<CacheAdviceReport, 'workload'>): string {
  const { source, observedMs, statementsCount } = workload;
  return `judged over ${formatDuration(observedMs)} of ${source}, ${countOf(statementsCount, 'statement')}`;
}

/** Says what caching a statement gives: `saves 34 % of all execution time, …`. */
export function describeSaving(one: CacheCandidate): string {
  const { savedRatio, savedMsPerDay, savedCpuMsPerDay, entriesCount, sizeBytes } = one;
  const condition = one.isConditional ? 'would save about' : 'saves';
  return `${condition} ${formatRatio(savedRatio)} of all execution time: ${formatDuration(savedMsPerDay)} a day, ${formatDuration(savedCpuMsPerDay)} of it CPU; takes ${formatBytes(sizeBytes)} in ${countOf(entriesCount, 'entry', 'entries')}`;
}

/** Says what a conditional candidate needs; null for one that needs nothing. */
export function describeCondition({ isConditional, lowHitRatio }: CacheCandidate): string | null {
  if (!isConditional) return null;
  return `try it and keep it if cache.stats() agrees: where readers choose lists, ranges and pages freely, only ${formatRatio(lowHitRatio)} of the reads find a result`;
}

/** Calls of a day, for a table. */
export function formatCalls(callsPerDay: number): string {
  return formatCount(Math.round(callsPerDay));
}
