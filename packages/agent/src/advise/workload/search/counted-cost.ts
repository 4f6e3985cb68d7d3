import type { PlanNode } from '../../../planner/index.ts';
import { planNodes } from '../../../planner/index.ts';

/** Nodes that hand on each row of what is below them as it comes. */
const STREAMS: ReadonlySet<string> = new Set(['LockRows', 'Result', 'Subquery Scan', 'Nested Loop']);

/**
 * Gives what a plan counts: its cost and, where LIMIT ends a walk at the first rows that pass a filter, a share of the rest of the
 * walk. The planner takes these rows to lie evenly along the way; often they lie at its end, such as the one pending order behind all
 * that are done.
 * @param earlyEndRatio share of the rest, 0..1
 * @source src/backend/optimizer/util/pathnode.c adjust_limit_rows_costs
 */
export function countedCost(root: PlanNode, earlyEndRatio: number): number {
  if (earlyEndRatio === 0) return root.totalCost;
  const limits = planNodes(root).filter((node) => node.type === 'Limit' && isRunOnce(root, node));
  const rest = limits.reduce((sum, limit) => {
    const [below] = limit.children;
    if (below === undefined || !isFilteredWalk(below)) return sum;
    return sum + Math.max(0, below.totalCost - limit.totalCost);
  }, 0);
  return root.totalCost + earlyEndRatio * rest;
}

/** Whether rows come one by one, and some of them are thrown away. */
function isFilteredWalk(node: PlanNode): boolean {
  if ('Filter' in node.details || 'Join Filter' in node.details || node.type === 'Nested Loop') return true;
  const [outer] = node.children;
  return STREAMS.has(node.type) && outer !== undefined && isFilteredWalk(outer);
}

function isRunOnce(root: PlanNode, node: PlanNode): boolean {
  if (root === node) return true;
  return root.children.some(
    (child) => child.relationship !== 'Inner' && child.relationship !== 'SubPlan' && isRunOnce(child, node),
  );
}
