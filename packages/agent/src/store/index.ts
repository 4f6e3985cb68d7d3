/**
 * Responsible for the history of all targets. Takes what was read at one instant (growth of counters, never their
 * totals) and events; gives series, totals and events of any stretch of time. Guarantees that one agent at a time
 * writes a target, that what was stored survives any crash, that a gap stays a gap, and that history ends only by
 * dropping partitions. Always PostgreSQL: embedded or by URL. Never touches a target.
 */
export type { ActionFilter, ActionTables, StoredAction, StoredToken } from './action-tables.ts';
export type { AlertTables, StoredAttempt, StoredDelivery, StoredSilence } from './alert-tables.ts';
export type { StoredDiagnosis } from './diagnoses.ts';
export { STORE_ERRORS } from './errors.ts';
export { KEPT_EXECUTIONS, type StoredExecution } from './executions.ts';
export type { LedgerCheck, LedgerRow } from './ledger-chain.ts';
export type { Maintenance } from './maintain.ts';
export { type AlertWriter, openStore, type Store, type StoredTarget } from './open-store.ts';
export type { StoredPlan } from './plans.ts';
export type { Resolution } from './resolutions.ts';
export { STORE_SETTINGS } from './settings.ts';
export type { HistoryQuery, TargetHistory } from './target-history.ts';
export type {
  Axis,
  History,
  SeriesHistory,
  SeriesTotal,
  TimeRange,
  Totals,
} from './types.ts';
export type { HistoryWriter } from './writer.ts';
