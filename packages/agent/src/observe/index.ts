/**
 * Responsible for looking at a target. Takes a session and settings; gives immutable snapshots whose parts are
 * each either data or `unavailable` with reason and remedy, and intervals between two readings of counters.
 * Skips relations under ACCESS EXCLUSIVE and says so. Judges nothing, writes nothing, resets nothing.
 */

export type {
  ArchiverRow,
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
export type { Capabilities, SelfLoad } from '../postgres/index.ts';
export { type ObserveOptions, takeCounters, takePlanSnapshot, takeSnapshot } from './engine.ts';
export { type Counters, subtract } from './interval.ts';
export { OBSERVE_SETTINGS } from './settings.ts';
export type {
  ColumnListing,
  DatabaseFacts,
  Gap,
  IndexFacts,
  Interval,
  Observation,
  OrphanSample,
  OrphanSamples,
  PlannedStatement,
  Section,
  SectionName,
  Sections,
  SequenceFacts,
  SettingFacts,
  Snapshot,
  StatementPlan,
  TableFacts,
} from './types.ts';
