/**
 * Responsible for remedies. Takes findings and the snapshot behind them; gives proposals with the SQL to do, the
 * SQL to undo, the predicted effect and the risk. Pure: proposes, never applies.
 */

export { adviseCaching, type CachingInputs } from './caching/engine.ts';
export { CACHING_SETTINGS, type CachingValues } from './caching/settings.ts';
export type {
  CacheAlternative,
  CacheCandidate,
  CachedStatement,
  CacheRefusal,
  CachingAdvice,
  CachingWorkload,
} from './caching/types.ts';
export { countersCachingWorkload, rowChangesPerSecond } from './caching/workload.ts';
export { type Advice, advise } from './engine.ts';
export { freeName } from './index-name.ts';
export {
  indexProposals,
  type PartitionNode,
  type ProposalContext,
} from './index-proposals/index-proposals.ts';
export { type AdvisedMatview, adviseMatviews, type MatviewOptions } from './matviews/advise-matviews.ts';
export { matviewProposals } from './matviews/matview-proposals.ts';
export { advisors } from './registry.ts';
export { findRewrites } from './rewrites/engine.ts';
export type { RewriteSchema } from './rewrites/query/schema.ts';
export { hasTotalOrder } from './rewrites/query/total-order.ts';
export { readRewriteSchema } from './rewrites/read-schema.ts';
export { rewriteRules } from './rewrites/registry.ts';
export { type CostOf, costOf, type TriedRewrite, tryRewrites } from './rewrites/try-rewrites.ts';
export type { Exactness, ReadLoop } from './rewrites/types.ts';
export { ADVISE_SETTINGS } from './settings.ts';
export { type StatisticsInputs, statisticsProposals } from './statistics/statistics-proposals.ts';
export { type TuneOptions, tune } from './tune/engine.ts';
export { TUNE_NUMBERS, TUNE_SETTINGS, type TuneValues } from './tune/settings.ts';
export type { Machine, PoolerAdvice, Recommendation, Tuning } from './tune/types.ts';
export { countersWorkload, largestTables } from './tune/workload.ts';
export type { Advisor, Effect, Proposal, Risk } from './types.ts';
export { type AdviseOptions, adviseIndexes } from './workload/engine.ts';
export type {
  AdvisedDrop,
  AdvisedIndex,
  AdvisedStatement,
  FrontierPoint,
  IndexAdvice,
  IndexConstraints,
  SearchProgress,
  Workload,
  WorkloadColumn,
  WorkloadIndex,
  WorkloadStatement,
  WorkloadTable,
} from './workload/types.ts';
