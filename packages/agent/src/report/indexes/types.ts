import type { AdvisedMatview, IndexAdvice, Proposal } from '../../advise/index.ts';
import type { Gap } from '../../observe/index.ts';

/** What `pgsteward indexes` gives; field names are stable from the first release. */
export interface IndexReport {
  readonly schema: 'pgsteward/indexes@1';
  readonly target: {
    readonly name: string;
    /** Such as `18.4`. */
    readonly serverVersion: string;
    readonly database: string;
  };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** What it cost the target; zeros when the statistics came from a file. */
  readonly selfLoad: { readonly statements: number; readonly databaseMs: number };
  /** Whose planner answered. */
  readonly planner: { readonly provider: 'shadow' | 'hypopg'; readonly serverVersion: string };
  /** Where the statements came from. */
  readonly workload: {
    readonly statements: number;
    readonly skipped: number;
    /** `pg_stat_statements`, names of files. */
    readonly sources: readonly string[];
    /** `equal` for files alone: nobody counted their statements. */
    readonly weights: 'time' | 'calls' | 'equal';
  };
  /** Limits that held. */
  readonly limits: {
    readonly storageBudgetBytes: number | null;
    readonly maximumIndexes: number | null;
    readonly maximumWidth: number;
    readonly excludedTables: readonly string[];
    readonly writeOverheadRatio: number | null;
    readonly timeLimitMs: number;
  };
  readonly advice: IndexAdvice;
  /** Aggregates worth storing, with the statements that would read them. */
  readonly matviews: readonly AdvisedMatview[];
  /** Indexes to create, to drop, statistics to make and materialized views, in this order. */
  readonly proposals: readonly Proposal[];
  /** What could not be looked at, why, and what would help. */
  readonly unavailable: readonly Gap[];
}
