import type { Plan, PlanNode } from './plan.ts';
import { planNodes } from './walk.ts';

/** What a node contributes to its plan, the nodes below it left out. */
export interface NodeShare {
  /** Milliseconds on the clock over all runs; null without `analyze` and timing. */
  readonly selfMs: number | null;
  /** The same with the nodes below it. */
  readonly totalMs: number | null;
  /** Planner units over all runs that the plan pays for. */
  readonly selfCost: number;
  /** Share of the whole plan, 0..1: of its time where it was measured, else of its cost. */
  readonly selfRatio: number;
  /** The same with the nodes below it. */
  readonly totalRatio: number;
}

/**
 * Divides a plan's time and cost among its nodes, so that the parts add up to the whole. What EXPLAIN prints does not:
 * it repeats the time of each worker, prints the cost of one run where a loop makes thousands, and that of all rows
 * where LIMIT stops early.
 * @returns by node id
 */
export function planShares({ root }: Pick<Plan, 'root'>): ReadonlyMap<number, NodeShare> {
  const costs = new Map<number, Part>();
  divide(root, root.totalCost, { parts: costs, whole: (node) => node.totalCost, claims: claimedCosts });
  const times = measuredTimes(root);
  const measured = times?.get(root.id)?.total ?? 0;
  const shares = new Map<number, NodeShare>();
  for (const [id, cost] of costs) {
    const time = times?.get(id) ?? null;
    const [part, whole] = time === null || measured <= 0 ? [cost, root.totalCost] : [time, measured];
    shares.set(id, {
      selfMs: time?.self ?? null,
      totalMs: time?.total ?? null,
      selfCost: cost.self,
      selfRatio: whole <= 0 ? 0 : part.self / whole,
      totalRatio: whole <= 0 ? 0 : part.total / whole,
    });
  }
  return shares;
}

interface Part {
  readonly self: number;
  readonly total: number;
}

interface Division {
  readonly parts: Map<number, Part>;
  /** What the node takes by its own account, the nodes below included. */
  readonly whole: (node: PlanNode) => number;
  /** The nodes that take a part of that, each with what it claims. */
  readonly claims: (node: PlanNode) => readonly (readonly [PlanNode, number])[];
}

/** Gives a node its part of the whole and divides it further; children never get more than the node has. */
function divide(node: PlanNode, part: number, division: Division): void {
  const own = division.whole(node);
  const claims = division.claims(node);
  const claimed = claims.reduce((sum, [, claim]) => sum + claim, 0);
  const scale = own <= 0 ? 0 : part / Math.max(own, claimed);
  division.parts.set(node.id, { self: Math.max(0, part - claimed * scale), total: part });
  for (const [child, claim] of claims) divide(child, claim * scale, division);
}

/** The inner side of a nested loop runs once for each outer row, and costs what the outer side leaves. */
function claimedCosts(node: PlanNode): readonly (readonly [PlanNode, number])[] {
  const outer = node.children.find((child) => child.relationship === 'Outer');
  return node.children.map((child) => {
    if (node.type !== 'Nested Loop' || child.relationship !== 'Inner' || outer === undefined) {
      return [child, child.totalCost];
    }
    const left = Math.max(0, node.totalCost - outer.totalCost);
    return [child, Math.min(child.totalCost * Math.max(1, outer.planRows), left)];
  });
}

/** Null when nothing was measured. */
function measuredTimes(root: PlanNode): ReadonlyMap<number, Part> | null {
  if (root.actualMs === null || root.loops === null) return null;
  const clock = new Map<number, number>();
  readClock(root, 1, clock);
  const parts = new Map<number, Part>();
  const whole = (node: PlanNode): number => clock.get(node.id) ?? 0;
  const childrenOf = timedChildren(root);
  divide(root, whole(root), {
    parts,
    whole,
    claims: (node) => childrenOf(node).map((child) => [child, whole(child)]),
  });
  return parts;
}

/** Reads the time on the clock: that of processes side by side is averaged over them. */
function readClock(node: PlanNode, processes: number, clock: Map<number, number>): void {
  clock.set(node.id, ((node.actualMs ?? 0) * (node.loops ?? 0)) / processes);
  const isGather = node.type === 'Gather' || node.type === 'Gather Merge';
  const below = isGather ? (node.workersLaunched ?? 0) + 1 : processes;
  for (const child of node.children) {
    // Where the leader took no part, or one process ran the node alone, its runs are fewer than the processes.
    readClock(child, Math.max(1, Math.min(below, child.loops ?? below)), clock);
  }
}

/** A CTE is printed below the node that declares it, and takes its time where it is first read. */
function timedChildren(root: PlanNode): (node: PlanNode) => readonly PlanNode[] {
  const nodes = planNodes(root);
  const scans = new Map<unknown, PlanNode>();
  for (const node of nodes) {
    const name = node.type === 'CTE Scan' ? node.details['CTE Name'] : undefined;
    if (name !== undefined && !scans.has(name)) scans.set(name, node);
  }
  const movedTo = new Map<PlanNode, PlanNode>();
  for (const node of nodes) {
    const name = /^CTE (.*)$/s.exec(String(node.details['Subplan Name'] ?? ''))?.[1];
    const scan = name === undefined ? undefined : scans.get(name);
    if (scan !== undefined) movedTo.set(node, scan);
  }
  const gained = new Map([...movedTo].map(([cte, scan]) => [scan, cte]));
  return (node) => {
    const cte = gained.get(node);
    return [...node.children.filter((child) => !movedTo.has(child)), ...(cte === undefined ? [] : [cte])];
  };
}
