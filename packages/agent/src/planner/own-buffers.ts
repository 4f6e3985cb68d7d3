import type { PlanNode } from './plan.ts';

/** Gives the blocks that a node itself found and read, without the nodes below it; null when they were not counted. */
export function ownBuffers(node: PlanNode): PlanNode['buffers'] {
  const { buffers, children } = node;
  if (buffers === null) return null;
  // What a subquery read that another node asked for is counted there too: never less than nothing.
  const own = (name: keyof typeof buffers): number =>
    Math.max(0, buffers[name] - children.reduce((sum, child) => sum + (child.buffers?.[name] ?? 0), 0));
  return {
    sharedHit: own('sharedHit'),
    sharedRead: own('sharedRead'),
    sharedDirtied: own('sharedDirtied'),
    sharedWritten: own('sharedWritten'),
    tempRead: own('tempRead'),
    tempWritten: own('tempWritten'),
  };
}
