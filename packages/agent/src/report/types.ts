import type { Proposal } from '../advise/index.ts';
import type { Finding, Objective } from '../diagnose/index.ts';
import type { Gap, Interval, Snapshot } from '../observe/index.ts';

/** A finding as the audit prints it: with the ids of the proposals that remedy it. */
export interface ReportedFinding extends Finding {
  readonly proposals: readonly string[];
}

/** The audit of one target; field names are stable from the first release. */
export interface AuditReport {
  readonly schema: 'pgsteward/audit@1';
  readonly target: {
    readonly name: string;
    /** Such as `18.4`. */
    readonly serverVersion: string;
    readonly database: string;
  };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** What the audit itself cost the target. */
  readonly selfLoad: { readonly statements: number; readonly databaseMs: number };
  /** Worst first. */
  readonly findings: readonly ReportedFinding[];
  readonly proposals: readonly Proposal[];
  readonly objectives: readonly Objective[];
  /** What could not be checked, why, and what would help. */
  readonly unavailable: readonly Gap[];
}

/** An audit with the observation behind it, for renderers that also draw. */
export interface Audit {
  readonly report: AuditReport;
  readonly snapshot: Snapshot;
  readonly interval: Interval | null;
}
