import {
  type MirrorTreeRow,
  mirrorTreesQuery,
  type TreeAccess,
  treeHeightsStatement,
  treeProbeAlias,
} from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { planNodes, readPlan } from '../../planner/index.ts';
import type { ColumnStatistics } from '../types.ts';
import { isOfServer, type Reading } from './reading.ts';
import { type BtreeKey, heightBounds } from './tree-bounds.ts';

/** Btrees planned by one statement. */
const BATCH = 50;

/** Time after which no further btree is asked for, in milliseconds. */
const BUDGET_MS = 20_000;

/** Operators that one level costs. @source src/backend/utils/adt/selfuncs.c, DEFAULT_PAGE_CPU_MULTIPLIER */
const OPERATORS_PER_LEVEL = 50;

/** Costs are printed with two decimals: a level has to be seen in them. */
const LEAST_OPERATOR_COST = 0.000_5;

const OPERATOR_COST = 0.002_5;

/**
 * Learns the heights of btrees. The catalogue does not tell them, and their sizes leave two answers for a tree that grew by inserts; the
 * planner knows them, and shows them in the cost of the start of a scan. Asked only where the size leaves the height open; runs
 * nothing.
 * @returns levels above the leaves by schema and name as JSON
 */
export async function readTreeHeights(
  reading: Reading,
  clock: Clock,
  known: {
    readonly columns: readonly ColumnStatistics[];
    readonly settings: Readonly<Record<string, string>>;
  },
): Promise<ReadonlyMap<string, number>> {
  const operatorCost = Number(known.settings['cpu_operator_cost'] ?? OPERATOR_COST);
  const heights = new Map<string, number>();
  if (!(operatorCost >= LEAST_OPERATOR_COST)) return heights;
  const widths = new Map(
    known.columns.map((one) => [JSON.stringify([one.schema, one.table, one.column]), one.widthBytes]),
  );
  const open = (await reading.unlockedRows(mirrorTreesQuery)).filter((tree) => {
    const { least, most } = heightBounds(tree.blocks, keyOf(tree, widths));
    return least !== most;
  });
  const untilMs = clock.monotonicMs() + BUDGET_MS;
  const take = async (batch: readonly MirrorTreeRow[], access: TreeAccess): Promise<void> => {
    if (clock.monotonicMs() > untilMs) return;
    const found = await planBatch(reading, batch, { access, operatorCost });
    if (found !== null) for (const [name, height] of found) heights.set(name, height);
    else if (batch.length > 1) for (const tree of batch) await take([tree], access);
  };
  // A second index with the same leading columns may be cheaper to read in order; the first may still be to look a key up.
  for (const access of ['order', 'key'] as const) {
    const left = open.filter((tree) => !heights.has(JSON.stringify([tree.schema, tree.name])));
    for (let begin = 0; begin < left.length; begin += BATCH) {
      await take(left.slice(begin, begin + BATCH), access);
    }
  }
  return heights;
}

function keyOf(tree: MirrorTreeRow, widths: ReadonlyMap<string, number>): BtreeKey {
  const unknown = 32;
  const varying = tree.varying.map(
    (column) => widths.get(JSON.stringify([tree.schema, tree.table, column])) ?? unknown,
  );
  return {
    fixedBytes: tree.fixedBytes,
    varyingBytes: varying.reduce((sum, bytes) => sum + bytes, 0) + tree.varyingExpressions * unknown,
  };
}

/** Heights of the indexes that the planner chose, which may be others of the same table. */
async function planBatch(
  reading: Reading,
  batch: readonly MirrorTreeRow[],
  { access, operatorCost }: { readonly access: TreeAccess; readonly operatorCost: number },
): Promise<readonly (readonly [string, number])[] | null> {
  const rows = await reading.session.read(treeHeightsStatement(batch, access)).catch((error: unknown) => {
    if (isOfServer(error)) return null;
    throw error;
  });
  const answer = rows?.[0]?.['QUERY PLAN'];
  if (answer === undefined) return null;
  const places = new Map(batch.map((tree, number) => [treeProbeAlias(number), tree]));
  return planNodes(readPlan(answer).root).flatMap(({ table, index, startupCost }) => {
    const tree = places.get(table?.alias ?? '');
    if (tree === undefined || index === null) return [];
    // The search within pages adds one operator per doubling of the rows, far less than half a level.
    const levels = Math.floor(startupCost / operatorCost / OPERATORS_PER_LEVEL) - 1;
    return levels < 0 ? [] : [[JSON.stringify([tree.schema, index.name]), levels] as const];
  });
}
