/**
 * What the dashboard and other readers of the history are given: plain values, fit for JSON. Times are milliseconds
 * since 1970, durations milliseconds, sizes bytes, ratios 0 to 1; null is "not known".
 */

import type { ExecutionRow, PlanRow } from './plan-types.ts';

/** A stretch of time as a reader asks for it. */
export interface ViewRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something that happened, for a marker on every chart. */
export interface ViewEvent {
  readonly atMs: number;
  readonly kind: string;
  readonly subject: string;
  /** For a person: `work_mem: 4MB → 7MB`. */
  readonly text: string;
}

/** One line or band of a chart. */
export interface ViewSeries {
  readonly name: string;
  /** One value a tick; null in a gap. */
  readonly values: readonly (number | null)[];
}

/** A chart: several series over the same ticks. */
export interface ViewChart {
  readonly id: string;
  readonly title: string;
  readonly unit: 'sessions' | 'ms' | 'bytes' | 'bytesPerSecond' | 'perSecond' | 'count' | 'ratio';
  readonly isStacked: boolean;
  readonly atMs: readonly number[];
  readonly series: readonly ViewSeries[];
  /** A level to compare with: processors, an objective. */
  readonly limit?: { readonly name: string; readonly value: number };
}

/** How a target stands, in one line. */
export interface FleetRow {
  readonly name: string;
  readonly address: string;
  readonly state: 'connected' | 'connecting' | 'standing-by';
  readonly trouble: string | null;
  readonly serverVersion: string | null;
  /** 0 to 100, and why it is not 100. */
  readonly score: number | null;
  readonly reasons: readonly { readonly text: string; readonly points: number }[];
  readonly findings: { readonly critical: number; readonly warning: number; readonly info: number };
  /** Actions that wait for a decision. */
  readonly waitingActions: number;
  /** Average active sessions in the last ten minutes, and over the last hour for a small chart. */
  readonly activeSessions: number | null;
  readonly spark: ViewChart;
}

/** Dimension by which load can be cut. */
export type LoadDimension = 'wait' | 'waitType' | 'query' | 'user' | 'application' | 'database';

/** Load of a target over time. */
export interface LoadView {
  readonly range: ViewRange;
  readonly by: LoadDimension;
  readonly chart: ViewChart;
  readonly events: readonly ViewEvent[];
}

/** A statement's share of the load of a window. */
export interface LoadStatement {
  readonly fingerprint: string;
  readonly text: string | null;
  readonly activeSessions: number;
  readonly share: number;
  /** What its sessions waited for, most first. */
  readonly waits: readonly { readonly name: string; readonly share: number }[];
  readonly calls: number | null;
  readonly meanMs: number | null;
}

/** What made the load of a window. */
export interface LoadTopView {
  readonly range: ViewRange;
  readonly activeSessions: number;
  readonly statements: readonly LoadStatement[];
}

/** One statement over a window. */
export interface QueryRow {
  readonly fingerprint: string;
  readonly text: string | null;
  /** Share of the execution time of all statements. */
  readonly share: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly totalMs: number;
  readonly meanMs: number;
  /** Estimated from mean and deviation. */
  readonly p95Ms: number;
  readonly rowsPerCall: number;
  readonly hitRatio: number | null;
  readonly readBlocksPerCall: number;
  readonly tempBlocksPerCall: number;
  readonly walBytesPerCall: number;
  /** Mean a week before over the same window; null when it did not run then. */
  readonly meanMsLastWeek: number | null;
}

/** Statements of a window, the costliest first. */
export interface QueriesView {
  readonly range: ViewRange;
  readonly coveredMs: number;
  readonly total: number;
  readonly rows: readonly QueryRow[];
}

/** The load that one statement makes. */
export interface StatementLoadView {
  /** Its active sessions by what they wait for. */
  readonly chart: ViewChart;
  readonly by: readonly {
    readonly dimension: LoadDimension;
    /** Most first. */
    readonly parts: readonly {
      readonly name: string;
      readonly activeSessions: number;
      readonly share: number;
    }[];
  }[];
}

/** Everything about one statement. */
export interface QueryView {
  /** Generic plans, the one seen last first. */
  readonly plans: readonly PlanRow[];
  /** The latest and the slowest that the server logged with their plans, the latest first. */
  readonly executions: readonly ExecutionRow[];
  /** Null when no session was seen in it. */
  readonly load: StatementLoadView | null;
  readonly range: ViewRange;
  readonly fingerprint: string;
  readonly text: string | null;
  readonly summary: QueryRow | null;
  readonly charts: readonly ViewChart[];
  readonly events: readonly ViewEvent[];
  readonly findings: readonly FindingRow[];
}

/** A finding as a reader sees it. */
export interface FindingRow {
  readonly id: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly title: string;
  readonly subject: string;
  readonly subjectKind: string;
  readonly queryId: string | null;
  readonly evidence: readonly { readonly name: string; readonly value: string }[];
  readonly threshold: string;
  readonly remedy: string;
  readonly source: string;
  readonly proposals: readonly {
    readonly title: string;
    readonly sql: readonly string[];
    readonly undo: readonly string[];
    /** The latest action made of it, and where it stands; null when none was. */
    readonly action: { readonly id: string; readonly state: string } | null;
  }[];
}

/** Findings of the last whole look. */
export interface FindingsView {
  /** Findings that came and went in the last week, oldest first. */
  readonly changes: readonly ViewEvent[];
  readonly takenAtMs: number | null;
  readonly findings: readonly FindingRow[];
  readonly objectives: readonly ObjectiveRow[];
  readonly unavailable: readonly { readonly id: string; readonly reason: string; readonly remedy: string }[];
}

/** A service level and where the target stands. */
export interface ObjectiveRow {
  readonly id: string;
  readonly title: string;
  readonly unit: 'ms' | 'ratio';
  readonly target: number;
  readonly actual: number | null;
  readonly isMet: boolean | null;
  readonly method: string;
  /** Share of the error budget of 30 days that is left; null where no events are counted. */
  readonly budgetLeft: number | null;
  /** How many times faster than sustainable the budget was spent in the last hour. */
  readonly burn: number | null;
}

/** A table over a window, with what it held last. */
export interface TableRowView {
  readonly schema: string;
  readonly name: string;
  readonly totalBytes: number | null;
  readonly indexesBytes: number | null;
  readonly liveRows: number | null;
  readonly deadRows: number | null;
  readonly sequentialScans: number;
  readonly sequentialRows: number;
  readonly indexScans: number;
  readonly rowsWritten: number;
  readonly hotRatio: number | null;
  readonly hitRatio: number | null;
  readonly vacuums: number;
  readonly frozenAge: number | null;
  /** Findings of the last whole look about it: `bloated-table`. */
  readonly findings: readonly string[];
}

/** A vacuum that runs now. */
export interface RunningVacuum {
  readonly pid: number;
  readonly table: string;
  readonly phase: string;
  readonly durationMs: number | null;
  /** Share of the table that its phase has done; null where that is not told. */
  readonly doneRatio: number | null;
  readonly cause: 'wraparound' | 'autovacuum' | 'command';
}

/** How far ids of one sort have come. */
export interface IdAge {
  readonly id: 'transactions' | 'multixacts';
  /** Age of the oldest in any database; null before the first whole look. */
  readonly ageCount: number | null;
  /** Age at which autovacuum begins to freeze whatever else is set. */
  readonly forcedAtCount: number | null;
  /** Age at which nothing can be written any more. */
  readonly limitCount: number;
}

/** Vacuums and the ids that they keep from running out. */
export interface VacuumView {
  /** Null when the target does not tell now. */
  readonly running: readonly RunningVacuum[] | null;
  readonly ages: readonly IdAge[];
}

/** An index over a window, with what it held last. */
export interface IndexRowView {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly sizeBytes: number | null;
  readonly scans: number;
  readonly rowsRead: number;
  readonly hitRatio: number | null;
  /** Findings of the last whole look about it: `unused-index`. */
  readonly findings: readonly string[];
}

/** Tables or indexes of a window. */
export interface RelationsView {
  readonly range: ViewRange;
  readonly tables: readonly TableRowView[];
  readonly indexes: readonly IndexRowView[];
}

/** Charts of a screen. */
export interface ChartsView {
  readonly range: ViewRange;
  readonly charts: readonly ViewChart[];
  readonly events: readonly ViewEvent[];
}

/** One session as it is now. */
export interface SessionView {
  readonly pid: number;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly client: string;
  readonly state: string;
  readonly wait: string | null;
  readonly transactionMs: number | null;
  readonly statementMs: number | null;
  readonly stateMs: number | null;
  readonly lockWaitMs: number | null;
  readonly connectedMs: number;
  readonly blockedBy: readonly number[];
  readonly query: string;
}

/** Sessions as they are now. */
export interface SessionsView {
  readonly atMs: number;
  readonly sessions: readonly SessionView[];
  /** Who waits for whom: each root, and behind it those that it holds up, depth first. */
  readonly blocking: readonly { readonly pid: number; readonly depth: number }[];
}

/** How the agent itself does. */
export interface AgentView {
  readonly name: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly rssBytes: number;
  readonly storeAddress: string;
  readonly leadership: 'leading' | 'following' | 'cut-off';
  readonly storeTrouble: string | null;
  readonly targetState: string;
  readonly targetTrouble: string | null;
  readonly waitingRows: number;
  readonly droppedRows: number;
  readonly collectors: readonly {
    readonly id: string;
    readonly everyMs: number;
    readonly effectiveEveryMs: number;
    readonly runs: number;
    readonly failures: number;
    readonly succeededAtMs: number | null;
    readonly tookMs: number;
    readonly lateMs: number;
    readonly trouble: string | null;
  }[];
  /** How sending metrics by OTLP goes; null where they are not sent. */
  readonly otlp: {
    readonly destination: string;
    readonly everyMs: number;
    readonly sentCount: number;
    readonly failuresCount: number;
    readonly succeededAtMs: number | null;
    readonly trouble: string | null;
  } | null;
  readonly charts: readonly ViewChart[];
}
