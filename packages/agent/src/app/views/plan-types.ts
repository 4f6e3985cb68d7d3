/** One node of a plan, in words. */
export interface PlanNodeRow {
  readonly id: number;
  readonly depth: number;
  readonly title: string;
  /** Its own time or cost, rows estimated and measured, buffers. */
  readonly facts: string;
  readonly details: readonly string[];
  /** Its share of the whole plan. */
  readonly share: number;
  /** What a run measured; null for a plan that was only made. */
  readonly measured: MeasuredNode | null;
}

/** What a node did while its plan ran. */
export interface MeasuredNode {
  /** Its own time over all runs, the nodes below left out; null without timing. */
  readonly selfMs: number | null;
  readonly planRows: number;
  /** Rows of one run, on average. */
  readonly actualRows: number;
  /** `underestimated 500×`; null when the estimate was near. */
  readonly misestimate: string | null;
  /** How often it ran; 0 for never. */
  readonly loops: number;
  /** Blocks that it found, read and wrote aside itself; null when they were not counted. */
  readonly blocks: { readonly hit: number; readonly read: number; readonly temp: number } | null;
  /** Bytes that went to disk because memory did not hold them. */
  readonly spilledBytes: number;
}

/** One execution of a statement, as the server logged it. */
export interface ExecutionRow {
  readonly atMs: number;
  readonly durationMs: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly hash: string;
  readonly nodes: readonly PlanNodeRow[];
}

/** One way in which a statement was planned. */
export interface PlanRow {
  readonly hash: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly totalCost: number;
  readonly nodes: readonly PlanNodeRow[];
  /** Why the plan before was left for this one; null for the first, and where it is not known any more. */
  readonly cause: string | null;
  /** Where it differs from the plan that was seen before it. */
  readonly differences: readonly { readonly path: string; readonly before: string; readonly after: string }[];
}
