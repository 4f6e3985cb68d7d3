/**
 * The reference workload: a market-research database, its deterministic data and its mixed load. Takes the URL
 * of a database of its own, gives it tables, rows and one of two states (*as found* with the faults of
 * `faults.json`, *as tuned* without), and measures latencies there. Depends on nothing of pgsteward; the product's cache,
 * which stands on `@pgsteward/cache`, is the subpath `/cache`.
 */
export {
  applyAsTuned,
  createMarketResearch,
  type MarketResearchOptions,
  type MarketResearchResult,
  type MarketResearchState,
  type TuneOptions,
} from './create.ts';
export { MarketResearchError, type MarketResearchErrorCode } from './failure.ts';
export {
  type ExpectedFinding,
  type FaultNeed,
  type FaultObject,
  type FaultStatement,
  type FaultSubject,
  type FaultSubjectKind,
  faults,
  type PlantedFault,
  recommendedServerSettings,
} from './faults.ts';
export { createRecentSearches, dropRecentSearches, pileUpLocks } from './incidents.ts';
export type { LoadResult } from './load.ts';
export { type PlantedSessions, plantSessions } from './plant-sessions.ts';
export type { ProgressListener, ProgressStep } from './progress.ts';
export type { WorkloadMix } from './workload/mix.ts';
export { mixes } from './workload/mix.ts';
export type { LatencySummary, QueryLatency, WorkloadResult } from './workload/result.ts';
export { runWorkload, type WorkloadOptions } from './workload/run.ts';
