import { formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { NodeShare, Plan, PlanNode } from '../../planner/index.ts';
import type { SupposedIndex } from './types.ts';

/** Share of the whole from which a node is shown as hot. */
export const HOT = 0.3;

/** Factor between estimated and measured rows from which the node says so. */
const MISESTIMATE = 10;

/** Details that a person wants to see, in this order. */
const DETAILS: readonly string[] = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'Sort Key',
  'Presorted Key',
  'Group Key',
];

/** What a whole plan costs, and its times where it was run. */
export function planTotals(plan: Plan): readonly string[] {
  return [
    `cost ${formatCount(Math.round(plan.root.totalCost))} in all`,
    plan.planningMs === null ? null : `planning ${formatDuration(plan.planningMs)}`,
    plan.executionMs === null ? null : `execution ${formatDuration(plan.executionMs)}`,
    plan.jitMs === null ? null : `JIT ${formatDuration(plan.jitMs)}`,
  ].filter((part) => part !== null);
}

/** Names a node: what it does, how, on what. */
export function nodeTitle(node: PlanNode): string {
  const join = node.joinType === null || node.joinType === 'Inner' ? '' : ` (${node.joinType})`;
  const table = node.table === null ? '' : ` on ${tableName(node.table)}`;
  const index =
    node.index === null
      ? ''
      : ` using ${node.index.name}${node.index.hypothesisId === null ? '' : ' (supposed)'}`;
  const relationship =
    node.relationship === 'SubPlan' || node.relationship === 'InitPlan' ? `${node.relationship}: ` : '';
  const strategy = node.strategy === null || node.strategy === 'Plain' ? '' : `${node.strategy} `;
  return `${relationship}${strategy}${node.type}${join}${index}${table}`;
}

function tableName({ name, alias }: NonNullable<PlanNode['table']>): string {
  return alias === name ? name : `${name} ${alias}`;
}

/** Its own time or cost and share of the whole, its rows, and what only a run tells. */
export function nodeFacts(node: PlanNode, share: NodeShare | undefined): string {
  const own = share?.selfMs ?? null;
  const parts = [
    own === null
      ? `cost ${formatCount(Math.round(share?.selfCost ?? 0))} of its own`
      : `${formatDuration(own)} of its own`,
    formatRatio(share?.selfRatio ?? 0),
    node.actualRows === null
      ? `${formatCount(node.planRows)} rows`
      : `${formatCount(node.planRows)} → ${formatCount(node.actualRows)} rows${misestimateWords(node)}`,
    ...measuresOf(node),
  ];
  return parts.join(' · ');
}

/** What only a run tells, where there is anything to tell. */
function measuresOf(node: PlanNode): readonly string[] {
  const { loops, buffers } = node;
  const some = (count: number | null, words: string): readonly string[] =>
    count === null || count === 0 ? [] : [`${formatCount(count)} ${words}`];
  return [
    ...(loops === 0 ? ['never reached'] : some(loops === 1 ? null : loops, 'loops')),
    ...(buffers === null
      ? []
      : [`${formatCount(buffers.sharedHit)} blocks hit, ${formatCount(buffers.sharedRead)} read`]),
    ...((node.spilledBytes ?? 0) > 0 ? [`${formatBytes(node.spilledBytes ?? 0)} spilled to disk`] : []),
    ...some(node.rowsRemovedByFilter, 'rows filtered out'),
    ...some(node.lossyHeapBlocks, 'lossy blocks'),
  ];
}

function misestimateWords(node: PlanNode): string {
  const missed = misestimateOf(node);
  return missed === null ? '' : ` (${missed})`;
}

/** Says how far the estimated rows are from the measured: `underestimated 500×`; null when they are near or unknown. */
export function misestimateOf({ planRows, actualRows, loops }: PlanNode): string | null {
  if (actualRows === null || loops === 0) return null;
  const factor = Math.max(planRows, 1) / Math.max(actualRows, 1);
  const times = factor >= 1 ? factor : 1 / factor;
  if (times < MISESTIMATE) return null;
  return `${factor >= 1 ? 'over' : 'under'}estimated ${formatCount(Math.round(times))}×`;
}

/** Its conditions and keys, one a line. */
export function nodeDetails(node: PlanNode): readonly string[] {
  return DETAILS.flatMap((label) => {
    const value = node.details[label];
    if (value === undefined) return [];
    return [`${label}: ${typeof value === 'string' ? value : value.join(', ')}`];
  });
}

/** Says what became of a supposed index. */
export function describeSupposed({ isUsed, sizeBytes }: SupposedIndex): string {
  return `${isUsed ? 'used by the plan' : 'not used by the plan'}, about ${formatBytes(sizeBytes)}`;
}
