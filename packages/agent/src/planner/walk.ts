import type { PlanNode } from './plan.ts';

/** Gives a node and all nodes below it, depth first. */
export function planNodes(node: PlanNode): readonly PlanNode[] {
  return [node, ...node.children.flatMap(planNodes)];
}

/** Gives the cost of a node without the nodes below it, of one run; never below 0. */
export function selfCost(node: PlanNode): number {
  const below = node.children.reduce((sum, child) => sum + child.totalCost, 0);
  return Math.max(0, node.totalCost - below);
}

/**
 * Gives the time that a node itself took over all its runs, in milliseconds; null without `analyze` and timing. Time of
 * workers is counted once for each of them, as EXPLAIN does.
 */
export function selfMs(node: PlanNode): number | null {
  const whole = totalMs(node);
  if (whole === null) return null;
  const below = node.children.reduce((sum, child) => sum + (totalMs(child) ?? 0), 0);
  return Math.max(0, whole - below);
}

function totalMs({ actualMs, loops }: PlanNode): number | null {
  return actualMs === null || loops === null ? null : actualMs * loops;
}

/** Gives what two plans share when they are the same way of working: node types, joins, relations, indexes. */
export function planShape(node: PlanNode): string {
  const parts = [
    node.type,
    node.joinType,
    node.strategy,
    node.partialMode,
    node.isBackward ? 'Backward' : null,
    node.table?.alias,
    node.index?.name,
    node.relationship === 'SubPlan' || node.relationship === 'InitPlan' ? node.relationship : null,
  ].filter((part) => part !== null && part !== undefined);
  const below = node.children.map(planShape).join(',');
  return below === '' ? parts.join('/') : `${parts.join('/')}(${below})`;
}
