import type { TriedRewrite } from '../../advise/index.ts';
import type { Compared, Gap } from '../../observe/index.ts';

/** A rewrite run beside the original. */
export interface RewriteCheck {
  /**
   * - `same result on this data`: all runs gave the same rows
   * - `different`: one did not, and the rewrite is withdrawn
   * - `not compared`: it could not be run, or need not give the same
   */
  readonly label: 'same result on this data' | 'different' | 'not compared';
  /** Why it was not compared; null when it was. */
  readonly reason: string | null;
  /** Each run with its values of $1, $2 … as text. */
  readonly runs: readonly { readonly values: readonly (string | null)[]; readonly compared: Compared }[];
}

/** A rewrite with the planner's and, where it was asked for, the data's answer. */
export interface AdvisedRewrite extends TriedRewrite {
  /** Null without `--check`. */
  readonly check: RewriteCheck | null;
}

/** A statement and what may stand in its place. */
export interface RewrittenQuery {
  /** Query id or file. */
  readonly id: string;
  readonly sql: string;
  /** Null for statements of a file. */
  readonly calls: number | null;
  readonly totalMs: number | null;
  readonly rewrites: readonly AdvisedRewrite[];
}

/** What `pgsteward queries --advice` gives; field names are stable from the first release. */
export interface QueryAdviceReport {
  readonly schema: 'pgsteward/queries-advice@1';
  readonly target: { readonly name: string; readonly serverVersion: string; readonly database: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly planner: { readonly provider: 'shadow' | 'hypopg'; readonly serverVersion: string };
  readonly isChecked: boolean;
  /** Statements looked at, the longest total time first. */
  readonly statementsCount: number;
  /** Those that a rule rewrites. */
  readonly statements: readonly RewrittenQuery[];
  readonly unavailable: readonly Gap[];
}
