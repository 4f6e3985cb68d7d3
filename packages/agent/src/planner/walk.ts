import type { PlanNode } from './plan.ts';

/** Gives a node and all nodes below it, depth first. */
export function planNodes(node: PlanNode): readonly PlanNode[] {
  return [node, ...node.children.flatMap(planNodes)];
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
