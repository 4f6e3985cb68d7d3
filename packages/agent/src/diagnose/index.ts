/**
 * Responsible for judging an observation. Takes snapshots, intervals and thresholds; gives findings with
 * evidence, threshold and source, and says what could not be checked and why. Pure: no I/O, no clock, no
 * database; one folder per check with its twin test and its page.
 */

export { autovacuumRule } from './autovacuum.ts';
export { predictHitRatio } from './caching/hit-ratio.ts';
export { combineKeys, countKeys, equalKeys, type KeySpace } from './caching/key-space.ts';
export { tableOfRow, type Unrepeatable, whyUnrepeatable } from './caching/repeatable.ts';
export { type StatementKeys, statementKeys, type UncountedParameter } from './caching/statement-keys.ts';
export { type Catalogue, catalogueOf } from './catalogue.ts';
export { type SequenceUse, sequenceUse } from './checks/sequence-exhaustion/check.ts';
export { unusedObservedSetting } from './drop-index.ts';
export { diagnose, runOne } from './engine.ts';
export { extendedStatisticsSql } from './extended-statistics-sql.ts';
export { comparedColumns } from './node-conditions.ts';
export { computeObjectives } from './objectives/compute.ts';
export { countObjectiveEvents, type EventRules } from './objectives/count-events.ts';
export { type LatencyClass, parseLatencyClasses } from './objectives/latency-classes.ts';
export { estimateLatencyQuantile } from './objectives/latency-quantile.ts';
export { OBJECTIVE_SETTINGS } from './objectives/settings.ts';
export type { Objective } from './objectives/types.ts';
export { minimumIntervalSetting } from './observed-since.ts';
export { isPlanCheck } from './planned-statements.ts';
export { checks } from './registry.ts';
export { changesByTable } from './source-changes.ts';
export { BLOCK_BYTES } from './statement-finding.ts';
export { isQueryText, shortenStatement } from './statement-text.ts';
export { clientQueries, statementWindow } from './statement-window.ts';
export { statisticsWindow } from './statistics-window.ts';
export { rowsOf } from './table-rows.ts';
export type {
  BlindSpot,
  Check,
  CheckInput,
  CheckSettings,
  Diagnosis,
  EvidenceValue,
  Finding,
  FindingDraft,
  Severity,
  Subject,
  Threshold,
} from './types.ts';
export { neededWalBytes, nextWalSize, PEAK_FACTOR } from './wal-size.ts';
export { memoryForSpill } from './work-memory.ts';
