import { type NodeShare, ownBuffers, type Plan, type PlanNode, planShares } from '../../planner/index.ts';
import { misestimateOf, nodeDetails, nodeFacts, nodeTitle } from '../../report/index.ts';
import type { MeasuredNode, PlanNodeRow } from './plan-types.ts';

/** Shows a plan node by node, each behind the one that it works for. */
export function nodeRows(plan: Plan): readonly PlanNodeRow[] {
  const shares = planShares(plan);
  const rows = (node: PlanNode, depth: number): readonly PlanNodeRow[] => {
    const share = shares.get(node.id);
    return [
      {
        id: node.id,
        depth,
        title: nodeTitle(node),
        facts: nodeFacts(node, share),
        details: nodeDetails(node),
        share: share?.selfRatio ?? 0,
        measured: measuredOf(node, share),
      },
      ...node.children.flatMap((child) => rows(child, depth + 1)),
    ];
  };
  return rows(plan.root, 0);
}

function measuredOf(node: PlanNode, share: NodeShare | undefined): MeasuredNode | null {
  const { actualRows, loops, planRows, spilledBytes } = node;
  if (actualRows === null || loops === null) return null;
  const blocks = ownBuffers(node);
  return {
    selfMs: share?.selfMs ?? null,
    planRows,
    actualRows,
    misestimate: misestimateOf(node),
    loops,
    blocks:
      blocks === null
        ? null
        : { hit: blocks.sharedHit, read: blocks.sharedRead, temp: blocks.tempRead + blocks.tempWritten },
    spilledBytes: spilledBytes ?? 0,
  };
}
