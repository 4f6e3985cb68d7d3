/**
 * Responsible for judging an observation. Takes snapshots, intervals and thresholds; gives findings with
 * evidence, threshold and source, and says what could not be checked and why. Pure: no I/O, no clock, no
 * database; one folder per check with its twin test and its page.
 */
export { catalogueOf } from './catalogue.ts';
export { unusedObservedSetting } from './drop-index.ts';
export { diagnose, runOne } from './engine.ts';
export { extendedStatisticsSql } from './extended-statistics-sql.ts';
export { comparedColumns } from './node-conditions.ts';
export { computeObjectives } from './objectives/compute.ts';
export { OBJECTIVE_SETTINGS } from './objectives/settings.ts';
export type { Objective } from './objectives/types.ts';
export { minimumIntervalSetting } from './observed-since.ts';
export { isPlanCheck } from './planned-statements.ts';
export { checks } from './registry.ts';
export { isQueryText } from './statement-text.ts';
export { statementWindow } from './statement-window.ts';
export { statisticsWindow } from './statistics-window.ts';
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
