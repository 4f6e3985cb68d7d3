/**
 * Responsible for remedies. Takes findings and the snapshot behind them; gives proposals with the SQL to do, the
 * SQL to undo, the predicted effect and the risk. Pure: proposes, never applies.
 */

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
export { ADVISE_SETTINGS } from './settings.ts';
export { type StatisticsInputs, statisticsProposals } from './statistics/statistics-proposals.ts';
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
