/**
 * Responsible for looking at a target. Takes a session and settings; gives immutable snapshots whose parts are
 * each either data or `unavailable` with reason and remedy, intervals between two readings of counters, and meters that
 * read the same again and again and give its growth.
 * Skips relations under ACCESS EXCLUSIVE and says so. Judges nothing, writes nothing, resets nothing.
 */

export type {
  ArchiverRow,
  BufferCacheRow,
  CheckpointsRow,
  CollationRow,
  ColumnRow,
  ConstraintRow,
  DatabaseAgeRow,
  DatabaseRow,
  IndexBloatRow,
  IoRow,
  LockedRelationRow,
  PartitionedTableRow,
  PreparedTransactionRow,
  ReplicaRow,
  SessionRow,
  SettingsFileRow,
  SlotRow,
  StandbyRow,
  StatementRow,
  StatementsInfoRow,
  TableBloatRow,
  Unavailable,
  VacuumProgressRow,
  WalRow,
} from '../catalog/index.ts';
export type { Capabilities, Compared, SelfLoad } from '../postgres/index.ts';
export { type ObserveOptions, takeCounters, takePlanSnapshot, takeSnapshot } from './engine.ts';
export { type Counters, subtract } from './interval.ts';
export { findPlanLog, type PlanLog } from './log/find-log.ts';
export { createLogReader, type LogReader, type LogReading } from './log/log-reader.ts';
export type { LoggedPlan } from './log/types.ts';
export { type ActivityMeter, createActivityMeter } from './meters/activity.ts';
export { type CacheMeter, createCacheMeter } from './meters/cache.ts';
export { createCountersMeter } from './meters/counters.ts';
export { createFingerprints, type Fingerprints } from './meters/fingerprints.ts';
export {
  createPoolerMeter,
  type PoolerFacts,
  type PoolerMeter,
  type PoolerReading,
} from './meters/pooler.ts';
export { createRelationsMeter } from './meters/relations.ts';
export { createReplicationMeter } from './meters/replication.ts';
export { createSettingsMeter } from './meters/server-settings.ts';
export { snapshotStates } from './meters/snapshot-states.ts';
export { createStatementsMeter } from './meters/statements.ts';
export type { Meter, MeterReading } from './meters/types.ts';
export { OBSERVE_SETTINGS } from './settings.ts';
export type {
  ColumnListing,
  DatabaseFacts,
  Gap,
  HistoryFacts,
  IndexFacts,
  Interval,
  MatviewPast,
  Observation,
  OrphanSample,
  OrphanSamples,
  PlanChangeFact,
  PlannedStatement,
  PoolLoad,
  Section,
  SectionName,
  Sections,
  SequenceFacts,
  SequencePast,
  SettingFacts,
  Snapshot,
  StatementPast,
  StatementPeriod,
  StatementPlan,
  StatementSpill,
  TableFacts,
  TableLoad,
  WorkloadFacts,
} from './types.ts';
