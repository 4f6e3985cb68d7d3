import type {
  ExistingIndex,
  HypotheticalIndex,
  IndexDefinition,
  PlanNode,
  PlannableStatement,
} from '../../planner/index.ts';

/** A statement of the workload. */
export interface WorkloadStatement {
  /** Query id or file name. */
  readonly id: string;
  readonly sql: string;
  /** How much one run of it counts, such as its calls; the advisor minimises the sum of weight × cost. */
  readonly weight: number;
  /** Calls and mean time where they were measured, for the report; null for statements of a file. */
  readonly calls: number | null;
  readonly meanMs: number | null;
  /** How it is planned, each with its share of the calls (shares sum to 1): generically, or with typical values. */
  readonly variants: readonly { readonly share: number; readonly statement: PlannableStatement }[];
}

/** A column as the advisor sees it. */
export interface WorkloadColumn {
  readonly name: string;
  /** Type as `format_type` names it: `character varying(200)`. */
  readonly type: string;
  readonly isNotNull: boolean;
  readonly widthBytes: number | null;
  /** Share of distinct values as `n_distinct`. */
  readonly distinct: number | null;
  /** Physical order against logical order, -1..1. */
  readonly correlation: number | null;
  readonly nullRatio: number | null;
}

/** A table with what an index on it would cost. */
export interface WorkloadTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly columns: readonly WorkloadColumn[];
  readonly indexes: readonly WorkloadIndex[];
  /** Row changes in the time that the weights cover; zeros when unknown. */
  readonly inserts: number;
  readonly updates: number;
  readonly hotUpdates: number;
  readonly deletes: number;
}

/** An index that exists. */
export interface WorkloadIndex extends ExistingIndex {
  /** Null when it cannot be expressed as a definition (an exclusion constraint, an unknown method). */
  readonly definition: IndexDefinition | null;
  readonly sizeBytes: number;
  /** Backs a constraint, is unique, the replica identity, or anything else that must not be dropped. */
  readonly isProtected: boolean;
  /** Why it is protected; null when it is not. */
  readonly protection: string | null;
  /** Null when they are not counted: of a partitioned index. */
  readonly scans: number | null;
  /** Undo of its drop: complete CREATE INDEX. */
  readonly ddl: string;
}

/** All that the advisor works on. */
export interface Workload {
  readonly statements: readonly WorkloadStatement[];
  readonly tables: readonly WorkloadTable[];
  /** Time in which the scans of indexes were counted, in milliseconds; null when unknown. */
  readonly countedMs: number | null;
  /** Operator classes of extensions by name: `gin_trgm_ops` → `"public".gin_trgm_ops`. */
  readonly operatorClasses: ReadonlyMap<string, string>;
  /** Defining queries of views, by `schema.name`. */
  readonly views: ReadonlyMap<string, string>;
  /** Names of relations as `schema.name`, which new indexes must not take; see `advise/index-name.ts`. */
  readonly takenNames: ReadonlySet<string>;
}

/** Limits that the owner sets. */
export interface IndexConstraints {
  /** Bytes that new indexes may take, net of drops when `canDrop`; null for no limit. */
  readonly storageBudgetBytes: number | null;
  readonly maximumIndexes: number | null;
  /** Most key columns of an index (INCLUDE not counted). */
  readonly maximumWidth: number;
  /** Tables to leave alone, as `schema.name`. */
  readonly excludedTables: ReadonlySet<string>;
  /** Highest share that writes may cost of what the reads save, 0..1; null for no limit. */
  readonly writeOverheadCeiling: number | null;
  readonly timeLimitMs: number;
  readonly maximumCalls: number;
  readonly canDrop: boolean;
  /** Whether a narrower copy of an index that exists may be proposed. */
  readonly canRepeat: boolean;
  /** Least share of a statement's cost that an index must save to be worth proposing. */
  readonly minimumBenefitRatio: number;
  /** Least share of the whole workload's cost that it must save. */
  readonly minimumWorkloadRatio: number;
  /** Share of the rest of a filtered walk that counts where LIMIT ends it early, 0..1. */
  readonly earlyEndRatio: number;
}

/** An index of the advice. */
export interface AdvisedIndex {
  /** Name that a migration gives it, free in its schema. */
  readonly name: string;
  readonly definition: IndexDefinition;
  readonly sizeBytes: number;
  /** Weighted cost that the workload would gain again if this one were left out. */
  readonly benefitCost: number;
  /** Weighted cost of keeping it up to date on writes. */
  readonly writeCost: number;
  /** Ids of the statements whose plan uses it. */
  readonly statements: readonly string[];
  /** What it is for, one sentence. */
  readonly why: string;
}

/** An index whose drop belongs to the optimum. */
export interface AdvisedDrop {
  readonly index: WorkloadIndex;
  readonly table: { readonly schema: string; readonly name: string };
  /** Index (existing or advised) that takes its place; null when nothing needs it. */
  readonly coveredBy: string | null;
  /** Time in which its scans were counted, in milliseconds; null when unknown. */
  readonly countedMs: number | null;
  readonly why: string;
}

/** A statement with and without the advice. */
export interface AdvisedStatement {
  readonly id: string;
  readonly sql: string;
  readonly weight: number;
  /** Calls counted; null for statements of a file. */
  readonly calls: number | null;
  /** As the planner says. */
  readonly beforeCost: number;
  readonly afterCost: number;
  readonly beforePlan: PlanNode;
  readonly afterPlan: PlanNode;
  /** Names of the advised indexes that its plan uses. */
  readonly indexes: readonly string[];
}

/** A point of the curve of benefit against size. */
export interface FrontierPoint {
  readonly sizeBytes: number;
  /** Weighted workload cost, relative to no new index (1). */
  readonly relativeCost: number;
  /** `create index` statements. */
  readonly indexes: readonly string[];
}

/** What the advisor gives. */
export interface IndexAdvice {
  /** Whether the search ended by itself (`converged`) or was cut off by time or calls. */
  readonly status: 'converged' | 'time-limit' | 'call-limit';
  /** What the workload counts as it is and with the advice: planned costs, and of walks that LIMIT ends early a share of the rest. */
  readonly baseCost: number;
  readonly cost: number;
  /** Cost below which no set of the candidates can come; null when it was not proved, as when the search was cut off early. */
  readonly boundCost: number | null;
  readonly indexes: readonly AdvisedIndex[];
  readonly drops: readonly AdvisedDrop[];
  readonly statements: readonly AdvisedStatement[];
  /** Statements that could not be planned, with the reason. */
  readonly skipped: readonly { readonly id: string; readonly sql: string; readonly reason: string }[];
  readonly frontier: readonly FrontierPoint[];
  readonly candidates: number;
  readonly calls: number;
  readonly durationMs: number;
}

/** Progress of the search: the best set so far. */
export interface SearchProgress {
  readonly relativeCost: number;
  readonly sizeBytes: number;
  readonly indexes: readonly HypotheticalIndex[];
  readonly calls: number;
}
