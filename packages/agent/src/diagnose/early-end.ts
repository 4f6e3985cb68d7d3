import type { PlanNode } from '../planner/index.ts';

/**
 * Tells whether a node may have been left before it gave all its rows: then fewer rows than estimated are no error.
 * LIMIT leaves what feeds it, a semi-join its inner side at the first match, a merge join the longer side, a hash join
 * its outer side when there is nothing to match.
 * @param path the node first, then the node above it, up to the top
 */
export function mayEndEarly(path: readonly PlanNode[]): boolean {
  for (let at = 0; at + 1 < path.length; at += 1) {
    const [node, above] = [path[at], path[at + 1]];
    if (node === undefined || above === undefined) break;
    if (endsEarly(node, above)) return true;
    if (readsAll(above)) return false;
  }
  return false;
}

function endsEarly(node: PlanNode, above: PlanNode): boolean {
  if (above.type === 'Limit' || above.type === 'Merge Join') return true;
  // EXISTS and IN as a subplan stop at the first row; the plan does not say which they are.
  if (node.relationship === 'SubPlan' || node.relationship === 'InitPlan') return true;
  if (above.type === 'Nested Loop' && node.relationship === 'Inner') {
    return above.joinType === 'Semi' || above.joinType === 'Anti' || above.details['Inner Unique'] === 'true';
  }
  if (above.type === 'Hash Join' && node.relationship === 'Outer') {
    return above.children.some((child) => child.relationship === 'Inner' && child.actualRows === 0);
  }
  return false;
}

/** Nodes that read all their rows before they give the first. */
function readsAll(node: PlanNode): boolean {
  if (node.type === 'Aggregate') return node.strategy !== 'Sorted';
  return ['Sort', 'Hash', 'Bitmap Heap Scan', 'SetOp'].includes(node.type);
}
