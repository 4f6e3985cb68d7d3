import type {
  ArchiverRow,
  BufferCacheRow,
  CheckpointsRow,
  CollationRow,
  ColumnRow,
  ConstraintRow,
  DatabaseAgeRow,
  DatabaseRow,
  ExtendedStatisticsRow,
  IndexBloatRow,
  IndexRow,
  IoRow,
  LockedRelationRow,
  PartitionedTableRow,
  PreparedTransactionRow,
  ReplicaRow,
  SequenceRow,
  ServerSettingRow,
  SessionRow,
  SettingsFileRow,
  SlotRow,
  StandbyRow,
  StatementRow,
  StatementsInfoRow,
  TableBloatRow,
  TableRow,
  Unavailable,
  VacuumProgressRow,
  WalRow,
} from '../catalog/index.ts';
import type { Plan } from '../planner/index.ts';
import type { Capabilities, SelfLoad } from '../postgres/index.ts';

/**
 * A table with its sizes in bytes; those of small relations follow from their page count. Null where a lock kept
 * pgsteward from measuring.
 */
export interface TableFacts extends TableRow {
  /** Main fork of the table. */
  readonly heapBytes: number | null;
  readonly indexesBytes: number | null;
  readonly toastBytes: number | null;
  /** Heap, indexes and TOAST. */
  readonly totalBytes: number | null;
}

/** An index with its size in bytes; null where a lock kept pgsteward from measuring. */
export interface IndexFacts extends IndexRow {
  readonly sizeBytes: number | null;
}

/** The connected database with its size. */
export interface DatabaseFacts extends DatabaseRow {
  /** Null without CONNECT on it or pg_read_all_stats. */
  readonly sizeBytes: number | null;
}

/** A server setting with its number in bytes or milliseconds where it has such a unit. */
export interface SettingFacts extends ServerSettingRow {
  /** Bytes, milliseconds or the plain number; null when the setting is no number. */
  readonly number: number | null;
}

/** A sequence compared with the column that it fills. */
export interface SequenceFacts extends SequenceRow {
  /** Largest value in the column; null when not read (no index, no SELECT right, no column). */
  readonly columnMaximum: number | null;
  /** Value that the sequence gives next, as of when the column was read; null when that was not read. */
  readonly nextValue: number | null;
  /** Whether a row already has that next value; null when the column was not read. */
  readonly isNextTaken: boolean | null;
  /** Why `columnMaximum` was not read; null when it was, or when there is nothing to read. */
  readonly columnMaximumGap: Unavailable | null;
}

/** What a sample of the rows of one foreign key shows. */
export interface OrphanSample {
  /** Name of the constraint; null when no constraint declares what names and types make evident. */
  readonly constraintName: string | null;
  readonly schema: string;
  readonly tableName: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly sampledRows: number;
  readonly orphanRows: number;
}

/** Samples of foreign keys, and those that could not be sampled. */
export interface OrphanSamples {
  readonly samples: readonly OrphanSample[];
  readonly gaps: readonly (Unavailable & { readonly schema: string; readonly tableName: string })[];
}

/** Columns of the largest tables. */
export interface ColumnListing {
  readonly columns: readonly ColumnRow[];
  /** Tables left out because there are more than `observe.column-tables`. */
  readonly omittedTables: number;
}

/** Every part of a snapshot and what it holds. */
export interface Sections {
  readonly lockedRelations: readonly LockedRelationRow[];
  readonly tables: readonly TableFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly columns: ColumnListing;
  readonly statements: readonly StatementRow[];
  readonly statementsInfo: StatementsInfoRow;
  readonly activity: readonly SessionRow[];
  /** By name. */
  readonly serverSettings: ReadonlyMap<string, SettingFacts>;
  readonly settingsFiles: readonly SettingsFileRow[];
  readonly database: DatabaseFacts;
  readonly databases: readonly DatabaseAgeRow[];
  readonly replicas: readonly ReplicaRow[];
  readonly standby: StandbyRow;
  readonly slots: readonly SlotRow[];
  readonly archiver: ArchiverRow;
  readonly checkpoints: CheckpointsRow;
  readonly wal: WalRow;
  readonly io: readonly IoRow[];
  /** Only where pg_buffercache is installed (PostgreSQL 16+). */
  readonly bufferCache: BufferCacheRow;
  readonly sequences: readonly SequenceFacts[];
  readonly constraints: readonly ConstraintRow[];
  readonly partitionedTables: readonly PartitionedTableRow[];
  readonly preparedTransactions: readonly PreparedTransactionRow[];
  readonly vacuumProgress: readonly VacuumProgressRow[];
  readonly tableBloat: readonly TableBloatRow[];
  readonly indexBloat: readonly IndexBloatRow[];
  readonly collations: readonly CollationRow[];
  readonly extendedStatistics: readonly ExtendedStatisticsRow[];
  readonly orphanSamples: OrphanSamples;
}

/** Name of a part of a snapshot. */
export type SectionName = keyof Sections;

/** A part that was read, or why it could not be. */
export type Section<T> =
  | { readonly status: 'ok'; readonly data: T; readonly readAt: Date; readonly tookMs: number }
  | ({ readonly status: 'unavailable' } & Unavailable);

/** What pgsteward read of a target at one instant. Never changed after it was taken. */
export interface Snapshot {
  readonly takenAt: Date;
  readonly server: Capabilities;
  readonly sections: { readonly [K in SectionName]: Section<Sections[K]> };
  /** What was left out on the way, such as relations under an exclusive lock. */
  readonly gaps: readonly Gap[];
  readonly selfLoad: SelfLoad;
}

/** One blind spot: what could not be seen, why, and what would help. */
export interface Gap extends Unavailable {
  readonly id: string;
}

/** Counters that moved between two snapshots; null where either is missing or a reset lies between. */
export interface Interval {
  readonly durationMs: number;
  readonly database: DatabaseRow | null;
  /** Statements that ran in between; counters are differences, `minMs`, `maxMs`, `stddevMs` the later values. */
  readonly statements: readonly StatementRow[] | null;
  readonly checkpoints: CheckpointsRow | null;
  readonly wal: WalRow | null;
}

/** A plan of a statement, and how it came about. */
export interface StatementPlan {
  /**
   * `generic` knows no parameter values; `common`, `median` and `rare` are planned with such values from the statistics;
   * `literal` is the plan of a statement without parameters; `analyzed` was run and measured.
   */
  readonly kind: 'generic' | 'common' | 'median' | 'rare' | 'literal' | 'analyzed';
  /** Values of the parameters, null for NULL; null where the statement has none or they are unknown. */
  readonly values: readonly (string | null)[] | null;
  readonly plan: Plan;
}

/** A statement with its plans. */
export interface PlannedStatement {
  /** PostgreSQL's query id; null for a statement that was given as text. */
  readonly queryId: string | null;
  readonly text: string;
  /** Empty when it could not be planned. */
  readonly plans: readonly StatementPlan[];
  /** Why it has no plan; null when it has one. */
  readonly refusal: string | null;
}

/** What the checks judge: the snapshot and, when they were made, what moved between two of them, and plans. */
export interface Observation {
  readonly snapshot: Snapshot;
  /** Null when only one snapshot was taken. */
  readonly interval: Interval | null;
  /** Plans of the statements that cost most; null when none were made. */
  readonly plans: readonly PlannedStatement[] | null;
  /** What the history tells; absent where the target is not watched. */
  readonly history?: HistoryFacts;
}

/** What one statement did in a stretch of time. */
export interface StatementPeriod {
  readonly calls: number;
  readonly totalMs: number;
  /** Blocks touched: found in shared buffers and read. */
  readonly blocks: number;
}

/** One statement in the last hour and in hours before that can be compared with it. */
export interface StatementPast {
  /** PostgreSQL's query id; null when it is not known to pgsteward any more. */
  readonly queryId: string | null;
  readonly fingerprint: string;
  readonly text: string | null;
  readonly now: StatementPeriod;
  /** Share of the execution time of all statements in the last hour. */
  readonly timeRatio: number;
  readonly past: readonly StatementPeriod[];
}

/** A statement that is planned in another way than before. */
export interface PlanChangeFact {
  readonly fingerprint: string;
  /** PostgreSQL's query id; null when it is not known to pgsteward any more. */
  readonly queryId: string | null;
  readonly text: string | null;
  readonly at: Date;
  readonly cause: string;
  readonly causeText: string;
  /** Estimated costs of the plan before and of the one after, in planner units. */
  readonly costBefore: number;
  readonly costAfter: number;
  /** Time of a call before the change and after it; null where it did not run. */
  readonly meanMsBefore: number | null;
  readonly meanMsAfter: number | null;
}

/** A sequence of past and present. */
export interface SequencePast {
  readonly schema: string;
  readonly name: string;
  /** Values given, and values that fit the sequence and its column. */
  readonly usedCount: number;
  readonly availableCount: number;
  /** Values given in `observedMs`. */
  readonly grownCount: number;
  readonly observedMs: number;
}

/** A materialized view of past and present. */
export interface MatviewPast {
  readonly schema: string;
  readonly name: string;
  /** Transaction that refreshed it last, as far as the history knows. */
  readonly refreshXid: number;
  /** Time since then, in milliseconds, at least. */
  readonly ageMs: number;
  /** Whether that refresh was seen; otherwise there was none for as long as the view was watched. */
  readonly isRefreshSeen: boolean;
}

/** How busy the sessions of one pool were: those of one user in one database. */
export interface PoolLoad {
  readonly database: string;
  readonly user: string;
  /** Sessions that were active or held a transaction at the busiest. */
  readonly busyMost: number;
}

/** What the workload asked of the server in a stretch of time, as far as its settings depend on it. */
export interface WorkloadFacts {
  /** `history`: kept by the daemon; `observed`: watched for this purpose; `counters`: all since they were reset. */
  readonly source: 'history' | 'observed' | 'counters';
  /** Time that was looked at. */
  readonly observedMs: number;
  /** Null when the sessions could not be seen. */
  readonly sessions: {
    readonly samplesCount: number;
    readonly activeMean: number;
    readonly activeMost: number;
    /** Client connections, idle ones too. */
    readonly connectionsMost: number;
    readonly pools: readonly PoolLoad[];
  } | null;
  /** Statements that wrote temporary files; null when statements cannot be read. */
  readonly spills: readonly StatementSpill[] | null;
  readonly temporary: {
    readonly filesCount: number;
    readonly bytes: number;
    readonly observedMs: number;
  } | null;
  readonly checkpoints: { readonly timedCount: number; readonly requestedCount: number } | null;
  readonly wal: {
    readonly bytes: number;
    readonly fullPageImagesCount: number;
    /** Times that WAL was written because wal_buffers was full. */
    readonly buffersFullCount: number;
    readonly observedMs: number;
    /** At the busiest; null when only the mean is known. */
    readonly mostBytesPerSecond: number | null;
  } | null;
  readonly blocks: { readonly hitCount: number; readonly readCount: number; readonly readMs: number } | null;
  /** The largest tables. */
  readonly tables: readonly TableLoad[];
}

/** One statement that wrote temporary files. */
export interface StatementSpill {
  /** PostgreSQL's query id; null when it is not known to pgsteward any more. */
  readonly queryId: string | null;
  readonly text: string | null;
  readonly calls: number;
  readonly temporaryBytes: number;
}

/** What one table went through. */
export interface TableLoad {
  readonly schema: string;
  readonly name: string;
  readonly insertedRows: number;
  /** Updated and deleted. */
  readonly changedRows: number;
  /** Dead rows at the most. */
  readonly deadRowsMost: number;
}

/** What the history of a target tells, as far as the checks need it. */
export interface HistoryFacts {
  /** What the settings depend on; absent until there is enough of it. */
  readonly workload?: WorkloadFacts;
  /** Plans that changed in the last day, the latest first. */
  readonly planChanges: readonly PlanChangeFact[];
  /** Sequences that have been seen for a while. */
  readonly sequences: readonly SequencePast[];
  /** Size of the database in the last weeks, hour by hour, in the order of time. */
  readonly databaseBytes: readonly { readonly atMs: number; readonly value: number }[];
  /** Materialized views that have been seen for a while. */
  readonly matviews: readonly MatviewPast[];
  /** How the hours before were chosen: `the same hour of the last 4 weeks`, `the last 23 hours`. */
  readonly comparedWith: string;
  readonly statements: readonly StatementPast[];
  /** Load of the last hour; null when the sessions were not sampled. */
  readonly load: {
    readonly activeSessions: number;
    /** Wait events, the longest first; running counts as `CPU`. */
    readonly waits: readonly { readonly name: string; readonly activeSessions: number }[];
    readonly observedMs: number;
  } | null;
  /** What pgsteward itself cost the target in the last hour; null when it was not measured. */
  readonly self: { readonly databaseMs: number; readonly observedMs: number } | null;
  /** How the collectors do. */
  readonly collectors: readonly {
    readonly id: string;
    readonly everyMs: number;
    /** Since it last succeeded, in milliseconds; null when it never did. */
    readonly silentMs: number | null;
    readonly trouble: string | null;
  }[];
}
