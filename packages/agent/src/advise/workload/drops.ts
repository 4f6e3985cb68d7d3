import { formatDuration } from '../../kernel/index.ts';
import type { ExistingIndex, IndexDefinition, PlanNode, Planner } from '../../planner/index.ts';
import { planNodes } from '../../planner/index.ts';
import { covers } from './candidates/covered.ts';
import { countedCost } from './search/counted-cost.ts';
import type { Query } from './search/oracle.ts';
import type { AdvisedDrop, IndexConstraints, Workload, WorkloadIndex, WorkloadTable } from './types.ts';

/** Share by which the workload may become dearer for an index that another one answers for. */
const TOLERANCE = 0.001;

/**
 * Finds the indexes that nobody misses: never scanned, used by no plan, kept by nothing. They are taken to be gone from the
 * start of the search, so that what it finds needs none of them, and their bytes are free for others.
 * @param plans of the workload as things are
 */
export function unusedIndexes(
  workload: Workload,
  constraints: IndexConstraints,
  plans: readonly PlanNode[],
): readonly AdvisedDrop[] {
  if (!constraints.canDrop) return [];
  const used = new Set(plans.flatMap(planNodes).flatMap(({ index }) => (index === null ? [] : [index.name])));
  return droppable(workload, constraints)
    .filter(({ index }) => index.scans === 0 && !used.has(index.name))
    .map(({ index, table }) => ({
      index,
      table: { schema: table.schema, name: table.name },
      coveredBy: null,
      countedMs: workload.countedMs,
      why: `no statement of the workload uses it and it was not scanned${
        workload.countedMs === null ? '' : ` in the ${formatDuration(workload.countedMs)} that were counted`
      }`,
    }));
}

/** What is left when the search is over. */
export interface SettledSet {
  readonly planner: Planner;
  readonly queries: readonly Query[];
  /** Ids of the advised indexes. */
  readonly set: ReadonlySet<number>;
  /** Weighted planned cost of the workload with it. */
  readonly readCost: number;
  /** Definitions of the advised indexes with the names that they get. */
  readonly advised: readonly { readonly name: string; readonly definition: IndexDefinition }[];
  readonly unused: readonly AdvisedDrop[];
  /** True when the time is up: what was not proved by then stays. */
  readonly isEnded: () => boolean;
}

/**
 * Finds the existing indexes that another one answers for once the advice is there: an advised index, or one that stays. Each is
 * proved by planning the whole workload without it.
 */
export async function replacedIndexes(
  workload: Workload,
  constraints: IndexConstraints,
  settled: SettledSet,
): Promise<readonly AdvisedDrop[]> {
  if (!constraints.canDrop) return [];
  const gone: AdvisedDrop[] = [...settled.unused];
  for (const { index, table } of droppable(workload, constraints)) {
    if (settled.isEnded()) break;
    if (gone.some((drop) => drop.index === index)) continue;
    const coveredBy = coverOf(index, table, settled, gone);
    if (coveredBy === null) continue;
    if (!(await isMissedByNone(settled, constraints.earlyEndRatio, [...gone, { index }]))) continue;
    gone.push({
      index,
      table: { schema: table.schema, name: table.name },
      coveredBy,
      countedMs: workload.countedMs,
      why: `${coveredBy} answers all that it answers`,
    });
  }
  return gone.slice(settled.unused.length);
}

interface Droppable {
  readonly index: WorkloadIndex;
  readonly table: WorkloadTable;
}

function droppable(workload: Workload, constraints: IndexConstraints): readonly Droppable[] {
  return workload.tables
    .filter((table) => !constraints.excludedTables.has(`${table.schema}.${table.name}`))
    .flatMap((table) =>
      table.indexes
        .filter((index) => !index.isProtected && index.scans !== null)
        .map((index) => ({ index, table })),
    );
}

function coverOf(
  { definition, name }: WorkloadIndex,
  table: WorkloadTable,
  { advised }: SettledSet,
  gone: readonly AdvisedDrop[],
): string | null {
  if (definition === null) return null;
  const cover = advised.find((one) => covers(one.definition, definition));
  if (cover !== undefined) return cover.name;
  const other = table.indexes.find(
    (one) =>
      one.name !== name &&
      one.definition !== null &&
      !gone.some((drop) => drop.index === one) &&
      covers(one.definition, definition),
  );
  return other?.name ?? null;
}

async function isMissedByNone(
  { planner, queries, set, readCost }: SettledSet,
  earlyEndRatio: number,
  without: readonly { readonly index: ExistingIndex }[],
): Promise<boolean> {
  const planned = await planner.plan(
    queries.map((query) => query.statement),
    { add: [...set], hide: without.map(({ index }) => index) },
  );
  const total = queries.reduce((sum, query, index) => {
    const one = planned[index];
    return (
      sum +
      query.weight *
        (one?.kind === 'plan' ? countedCost(one.plan.root, earlyEndRatio) : Number.POSITIVE_INFINITY)
    );
  }, 0);
  return total <= readCost * (1 + TOLERANCE);
}
