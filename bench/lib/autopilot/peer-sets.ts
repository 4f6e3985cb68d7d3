import {
  btree,
  columnKey,
  createIndexSql,
  definitionKey,
  type HypotheticalIndex,
  type IndexDefinition,
  type PlannableStatement,
  type Planner,
  planNodes,
} from '../../../packages/agent/src/planner/index.ts';
import { readRoles, type TableOccurrence } from '../../../packages/agent/src/sql/index.ts';
import type { SchemaFacts } from './schema-facts.ts';

/** What the published algorithms of peers choose from: statements with their calls, and the planner of a shadow. */
export interface PeerInputs {
  readonly planner: Planner;
  readonly facts: SchemaFacts;
  readonly statements: readonly { readonly statement: PlannableStatement; readonly calls: number }[];
}

/**
 * Dexter 0.6: for each statement that costs at least 100, every index of one and of two columns of its conditions and its
 * order at once; two columns where they halve the cost of one; of those that the plan uses, the one that by itself saves most,
 * where it saves half.
 * @source Dexter 0.6.3, lib/dexter/indexer.rb; ../shared/research/index-advisor.md, 5
 */
export async function dexterSet(inputs: PeerInputs): Promise<readonly string[]> {
  const chosen = new Map<string, IndexDefinition>();
  for (const { statement } of inputs.statements) {
    const initial = await costOf(inputs.planner, [statement], []);
    if (initial === null || initial < 100) continue;
    const columns = conditionColumns(inputs, statement);
    const singles = await supposeAll(inputs.planner, combinations(columns, [1], true));
    const pairs = await supposeAll(inputs.planner, combinations(columns, [2], true));
    const one = (await costOf(inputs.planner, [statement], idsOf(singles))) ?? initial;
    const two = (await costOf(inputs.planner, [statement], idsOf([...singles, ...pairs]))) ?? one;
    const offered = two < one * 0.5 ? [...singles, ...pairs] : singles;
    const used = await usedBy(inputs.planner, statement, offered);
    const winner = await bestAlone(inputs.planner, statement, used);
    if (winner !== null && winner.cost < initial * 0.5) {
      chosen.set(definitionKey(winner.index.definition), winner.index.definition);
    }
    await inputs.planner.forget(idsOf([...singles, ...pairs]));
  }
  return [...chosen.values()].map((definition) => plainSql(definition));
}

/**
 * Postgres MCP Pro 0.3, its DTA: every combination of up to three columns of conditions, in one order each; the one is added
 * that is best by log(cost) + 2 log(bytes), as long as a step saves 10 %. Bytes of an index as it estimates them.
 * @source postgres-mcp 0.3.0, src/postgres_mcp/index/dta_calc.py; ../shared/research/index-advisor.md, 5
 */
export async function mcpProSet(inputs: PeerInputs): Promise<readonly string[]> {
  const { planner, facts } = inputs;
  const candidates = new Map<string, IndexDefinition>();
  for (const { statement } of inputs.statements) {
    for (const definition of combinations(conditionColumns(inputs, statement), [1, 2, 3], false)) {
      candidates.set(definitionKey(definition), definition);
    }
  }
  const open = new Map(
    (await supposeAll(planner, [...candidates.values()])).map((index) => [index.id, index]),
  );
  const chosen: HypotheticalIndex[] = [];
  const weigh = (ids: readonly number[]): Promise<number> => workloadCost(inputs, ids);
  let bytes = facts.tableBytes;
  let cost = await weigh([]);
  while (open.size > 0) {
    let best: { readonly index: HypotheticalIndex; readonly cost: number; readonly bytes: number } | null =
      null;
    for (const index of open.values()) {
      const tried = {
        index,
        cost: await weigh(idsOf([...chosen, index])),
        bytes: bytes + mcpProBytes(index, facts),
      };
      if (best === null || objective(tried) < objective(best)) best = tried;
    }
    if (best === null || best.cost > cost * 0.9 || objective(best) >= objective({ cost, bytes })) break;
    chosen.push(best.index);
    open.delete(best.index.id);
    ({ cost, bytes } = best);
  }
  return chosen.map(({ definition }) => plainSql(definition));
}

const objective = ({ cost, bytes }: { readonly cost: number; readonly bytes: number }): number =>
  Math.log(cost) + 2 * Math.log(bytes);

/** Width times distinct values times 2, with what pg_stats gives as a ratio (negative) read as one value. */
function mcpProBytes({ definition }: HypotheticalIndex, facts: SchemaFacts): number {
  const columns = definition.keys.map(({ on }) =>
    on.kind === 'column' ? facts.column(definition, on.name) : undefined,
  );
  const total = (read: (column: { widthBytes: number; distinct: number }) => number): number =>
    columns.reduce((sum, column) => sum + (column === undefined ? 0 : read(column)), 0);
  const distinct = total((column) => column.distinct);
  return 2 * total((column) => column.widthBytes) * (distinct > 0 ? distinct : 1);
}

interface TableColumns {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Columns of conditions, joins and order, by table. */
function conditionColumns({ facts }: PeerInputs, { sql }: PlannableStatement): readonly TableColumns[] {
  const byTable = new Map<string, TableOccurrence[]>();
  for (const occurrence of readRoles(sql, facts.resolver)) {
    const key = `${occurrence.schema}.${occurrence.table}`;
    byTable.set(key, [...(byTable.get(key) ?? []), occurrence]);
  }
  return [...byTable.values()].map((occurrences) => ({
    schema: occurrences[0]?.schema ?? '',
    table: occurrences[0]?.table ?? '',
    columns: [
      ...new Set(
        occurrences.flatMap(({ roles, order }) => [...roles.keys(), ...order.map(({ column }) => column)]),
      ),
    ].toSorted(),
  }));
}

/** Indexes over the columns of each table, of each width; in every order, or in the order of their names. */
function combinations(
  tables: readonly TableColumns[],
  widths: readonly number[],
  isOrdered: boolean,
): readonly IndexDefinition[] {
  const choose = (columns: readonly string[], width: number): readonly (readonly string[])[] =>
    width === 0
      ? [[]]
      : columns.flatMap((first, at) => {
          const rest = isOrdered ? columns.filter((column) => column !== first) : columns.slice(at + 1);
          return choose(rest, width - 1).map((others) => [first, ...others]);
        });
  return tables.flatMap(({ schema, table, columns }) =>
    widths.flatMap((width) =>
      choose(columns, width).map((names) => btree({ schema, name: table }, names.map(columnKey))),
    ),
  );
}

const plainSql = (definition: IndexDefinition): string =>
  createIndexSql(definition, { name: null, isConcurrent: false });

const idsOf = (indexes: readonly HypotheticalIndex[]): readonly number[] => indexes.map(({ id }) => id);

async function supposeAll(
  planner: Planner,
  definitions: readonly IndexDefinition[],
): Promise<readonly HypotheticalIndex[]> {
  const hypotheses = await planner.suppose(definitions);
  return hypotheses.filter((one): one is HypotheticalIndex => one.kind === 'index');
}

/** Sum of the plans' costs; null where one has no plan. */
async function costOf(
  planner: Planner,
  statements: readonly PlannableStatement[],
  add: readonly number[],
): Promise<number | null> {
  const planned = await planner.plan(statements, { add, hide: [] });
  return planned.reduce<number | null>(
    (sum, one) => (sum === null || one.kind !== 'plan' ? null : sum + one.plan.root.totalCost),
    0,
  );
}

async function workloadCost({ planner, statements }: PeerInputs, add: readonly number[]): Promise<number> {
  const planned = await planner.plan(
    statements.map(({ statement }) => statement),
    { add, hide: [] },
  );
  return planned.reduce(
    (sum, one, at) =>
      sum + (one.kind === 'plan' ? one.plan.root.totalCost * (statements[at]?.calls ?? 0) : 0),
    0,
  );
}

async function usedBy(
  planner: Planner,
  statement: PlannableStatement,
  offered: readonly HypotheticalIndex[],
): Promise<readonly HypotheticalIndex[]> {
  const [planned] = await planner.plan([statement], { add: idsOf(offered), hide: [] });
  if (planned?.kind !== 'plan') return [];
  const used = new Set(
    planNodes(planned.plan.root).flatMap(({ index }) =>
      index === null || index.hypothesisId === null ? [] : [index.hypothesisId],
    ),
  );
  return offered.filter(({ id }) => used.has(id));
}

async function bestAlone(
  planner: Planner,
  statement: PlannableStatement,
  used: readonly HypotheticalIndex[],
): Promise<{ readonly index: HypotheticalIndex; readonly cost: number } | null> {
  let best: { readonly index: HypotheticalIndex; readonly cost: number } | null = null;
  for (const index of used) {
    const cost = await costOf(planner, [statement], [index.id]);
    if (cost !== null && (best === null || cost < best.cost)) best = { index, cost };
  }
  return best;
}
