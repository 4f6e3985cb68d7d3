/**
 * The planner's vocabulary, shared by every stage that speaks of plans. Responsible for plan trees as EXPLAIN
 * prints them, index definitions and their SQL, and the `Planner` port that `whatif/` provides and `advise/` asks.
 * Takes and gives plain values; pure: talks to no server, decides nothing.
 */
export { comparePlans, type PlanDifference } from './compare.ts';
export { btree, columnKey, createIndexSql, definitionKey, indexKeySql } from './index-definition.ts';
export { maskValues } from './mask-values.ts';
export { ownBuffers } from './own-buffers.ts';
export type { NodeIndex, Plan, PlanNode } from './plan.ts';
export { readIndexDefinition } from './read-index-definition.ts';
export { readPlan } from './read-plan.ts';
export { type NodeShare, planShares } from './shares.ts';
export type {
  Configuration,
  ExistingIndex,
  Hypothesis,
  HypotheticalIndex,
  HypotheticalTable,
  IndexDefinition,
  IndexKey,
  IndexMethod,
  PlannableStatement,
  Planned,
  Planner,
  RefusedIndex,
  TableQuery,
  ValueSet,
} from './types.ts';
export { planNodes, planShape } from './walk.ts';
