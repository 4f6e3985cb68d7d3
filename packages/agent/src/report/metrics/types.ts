import type {
  ArchiverRow,
  Capabilities,
  CheckpointsRow,
  DatabaseRow,
  PoolerFacts,
  ReplicaRow,
  SessionRow,
  SlotRow,
  StatementRow,
  WalRow,
} from '../../observe/index.ts';
import type { RedisFacts } from '../../redis/index.ts';

/** What one target shows to Prometheus and to receivers of OTLP; null where it was not or could not be read. */
export interface TargetMetrics {
  readonly target: string;
  readonly readAt: Date;
  /** When this run of pgsteward began. */
  readonly agentStartedAt: Date;
  /** Null while the target does not answer. */
  readonly server: Capabilities | null;
  readonly database: DatabaseRow | null;
  readonly databaseBytes: number | null;
  readonly sessions: readonly SessionRow[] | null;
  readonly checkpoints: CheckpointsRow | null;
  readonly wal: WalRow | null;
  readonly archiver: ArchiverRow | null;
  readonly replicas: readonly ReplicaRow[] | null;
  readonly slots: readonly SlotRow[] | null;
  readonly statements: readonly StatementRow[] | null;
  readonly tables: readonly TableMetrics[] | null;
  readonly poolers: readonly PoolerMetrics[];
  /** pgsteward's own collectors. */
  readonly collectors: readonly {
    readonly id: string;
    readonly runs: number;
    readonly failures: number;
    readonly tookMs: number;
    readonly succeededAt: Date | null;
  }[];
  /** The Redis before the target; null where none is named, and its facts while it does not answer. */
  readonly cache: { readonly facts: RedisFacts | null } | null;
  readonly findings: Readonly<Record<'critical' | 'warning' | 'info', number>> | null;
  readonly objectives: readonly {
    readonly id: string;
    readonly actual: number | null;
    readonly target: number;
  }[];
  /** Parts that could not be read, by name. */
  readonly unavailable: readonly string[];
}

/** One pooler in front of the target; what it said last, null while it does not answer. */
export interface PoolerMetrics {
  readonly name: string;
  readonly facts: PoolerFacts | null;
}

/** Counters of one table. */
export interface TableMetrics {
  readonly schema: string;
  readonly name: string;
  readonly sequentialScans: number;
  readonly sequentialRows: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsHotUpdated: number;
  readonly rowsDeleted: number;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly modifiedSinceAnalyze: number;
  readonly vacuums: number;
  readonly autovacuums: number;
}

/** One value with its labels. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When this counter began to count, as its source says; null or absent when the source does not say. */
  readonly since?: Date | null;
}

/**
 * Unit in UCUM; what is counted stands in braces, and flags have none.
 * @source OpenTelemetry semantic conventions, "Instrument units"
 */
export type MetricUnit = 's' | 'ms' | 'By' | '1' | '' | `{${string}}`;

/** One metric: its name and help as Prometheus shows them, and where its values come from. */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly unit: MetricUnit;
  readonly kind: 'gauge' | 'counter';
  /** Gives nothing where its part was not read. */
  readonly samples: (from: TargetMetrics) => readonly MetricSample[];
}
