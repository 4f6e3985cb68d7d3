/** The index that a node reads. */
export interface NodeIndex {
  /** Name as the planner gives it; of a hypothetical index the name in its definition. */
  readonly name: string;
  /** Id of the hypothetical index; null when the index exists. */
  readonly hypothesisId: number | null;
}

/** One node of a plan. Costs are in planner units; what only `analyze` measures is null without it. */
export interface PlanNode {
  /** Position in the plan, depth first from 0: the same in every rendering. */
  readonly id: number;
  /** `Seq Scan`, `Nested Loop` … as EXPLAIN names it. */
  readonly type: string;
  /** `Inner`, `Left`, `Anti` …; null when the node is no join. */
  readonly joinType: string | null;
  /** `Sorted`, `Hashed`, `Mixed`; null when the node has no strategy. */
  readonly strategy: string | null;
  /** `Partial`, `Finalize`; null elsewhere. */
  readonly partialMode: string | null;
  /** `Outer`, `Inner`, `SubPlan`, `InitPlan` …; null at the top. */
  readonly relationship: string | null;
  readonly isBackward: boolean;
  /** Table that the node reads; null when it reads none. */
  readonly table: { readonly schema: string | null; readonly name: string; readonly alias: string } | null;
  readonly index: NodeIndex | null;
  readonly startupCost: number;
  readonly totalCost: number;
  /** Estimated rows of one run of the node. */
  readonly planRows: number;
  /** Estimated bytes of a row. */
  readonly planWidthBytes: number;
  /** Measured rows of one run, average over the runs; null without `analyze`. */
  readonly actualRows: number | null;
  /** How often the node ran; 0 when it was never reached; null without `analyze`. */
  readonly loops: number | null;
  /** Time of one run including the nodes below, average over the runs; null without `analyze` and timing. */
  readonly actualMs: number | null;
  readonly rowsRemovedByFilter: number | null;
  readonly rowsRemovedByRecheck: number | null;
  readonly exactHeapBlocks: number | null;
  readonly lossyHeapBlocks: number | null;
  readonly heapFetches: number | null;
  /** `external merge`, `quicksort` …; null for other nodes. */
  readonly sortMethod: string | null;
  /** Bytes that a sort, hash or aggregate wrote to disk; null when the node does none of them. */
  readonly spilledBytes: number | null;
  /** Batches of a hash; more than one went to disk. */
  readonly hashBatches: number | null;
  /** Blocks of 8 kB, the nodes below included; null without `buffers`. */
  readonly buffers: {
    readonly sharedHit: number;
    readonly sharedRead: number;
    readonly sharedDirtied: number;
    readonly sharedWritten: number;
    readonly tempRead: number;
    readonly tempWritten: number;
  } | null;
  readonly workersPlanned: number | null;
  readonly workersLaunched: number | null;
  /**
   * Conditions and keys as EXPLAIN prints them, by its own label: `Filter`, `Index Cond`, `Recheck Cond`, `Hash Cond`,
   * `Merge Cond`, `Join Filter`, `Sort Key`, `Presorted Key`, `Group Key`, `Order By` …; lists stay lists.
   */
  readonly details: Readonly<Record<string, string | readonly string[]>>;
  readonly children: readonly PlanNode[];
}

/** A whole plan. */
export interface Plan {
  readonly root: PlanNode;
  /** Null without `analyze` (or `summary`). */
  readonly planningMs: number | null;
  /** Null without `analyze`. */
  readonly executionMs: number | null;
  /** Planner settings that differ from their default, when EXPLAIN was asked for them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Just-in-time compilation, in milliseconds; null when it did not happen. */
  readonly jitMs: number | null;
  /** Triggers that ran, with their time. */
  readonly triggers: readonly { readonly name: string; readonly calls: number; readonly ms: number }[];
}
