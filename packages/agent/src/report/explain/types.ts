import type { Proposal } from '../../advise/index.ts';
import type { Gap } from '../../observe/index.ts';
import type { Plan, PlanDifference, ValueSet } from '../../planner/index.ts';
import type { AdvisedRewrite } from '../rewrites/types.ts';
import type { ReportedFinding } from '../types.ts';

/** An index that the explanation supposes. */
export interface SupposedIndex {
  /** `create index`, every name quoted. */
  readonly sql: string;
  readonly sizeBytes: number;
  /** Whether the plan uses it. */
  readonly isUsed: boolean;
}

/** One configuration of indexes as two planners plan it. */
export interface VerifiedPlan {
  readonly indexes: 'existing' | 'supposed';
  readonly shadowCost: number;
  /** As the target plans: by itself, or with its hypopg where indexes are supposed. */
  readonly targetCost: number;
  /** Left is the shadow, right the target; none when the plans are the same. */
  readonly differences: readonly PlanDifference[];
}

/** What `pgsteward explain` gives; field names are stable from the first release. */
export interface ExplainReport {
  readonly schema: 'pgsteward/explain@1';
  readonly target: { readonly name: string; readonly serverVersion: string; readonly database: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly statement: { readonly queryId: string | null; readonly sql: string };
  readonly plan: Plan;
  /** Whether the statement was run, in a read-only transaction that was rolled back. */
  readonly isAnalyzed: boolean;
  /** Plans with typical values of the parameters; none when it has no parameters, they were given, or nothing is known of them. */
  readonly variants: readonly (ValueSet & { readonly plan: Plan })[];
  /** What is wrong with the statement or its plan, worst first. */
  readonly findings: readonly ReportedFinding[];
  /** Remedies of those findings that SQL remedies, with the SQL to take them back. */
  readonly proposals: readonly Proposal[];
  /** Statements that may stand in its place: cheaper by the target's own planner, or asking otherwise. */
  readonly rewrites: readonly AdvisedRewrite[];
  /** What would be with and without indexes; null when nothing was supposed. */
  readonly whatIf: {
    readonly indexes: readonly SupposedIndex[];
    /** Existing indexes taken to be dropped. */
    readonly hidden: readonly string[];
    readonly planner: { readonly provider: 'shadow' | 'hypopg'; readonly serverVersion: string };
    readonly beforeCost: number;
    readonly afterCost: number;
    readonly plan: Plan;
  } | null;
  /** Shadow and target side by side; null when it was not asked for. */
  readonly verification: readonly VerifiedPlan[] | null;
  readonly unavailable: readonly Gap[];
}
