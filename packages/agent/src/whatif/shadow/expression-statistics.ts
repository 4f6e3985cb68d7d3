import type { RelationStatistics } from '../types.ts';
import type { BuiltColumn, BuiltIndex } from './built-index.ts';
import { deriveStatistics, type ValueStatistics } from './derive-statistics.ts';
import { loadOperators, type Operators, statisticSql } from './inject-statistics.ts';
import type { Shadow } from './open-shadow.ts';
import { sampleExpression } from './sample-expression.ts';

/** What was derived before: many candidates share their expressions. */
const derived = new WeakMap<Shadow, Map<string, Promise<ValueStatistics | null>>>();

const operators = new WeakMap<Shadow, Promise<ReadonlyMap<number, Operators>>>();

/**
 * Gives the statistics that ANALYZE would find of an index's expression; PostgreSQL has none of an index that was just built.
 * @returns null when the columns below have none
 */
export function expressionStatistics(
  shadow: Shadow,
  { tableSchema: schema, tableName: table }: Pick<BuiltIndex, 'tableSchema' | 'tableName'>,
  expression: string,
): Promise<ValueStatistics | null> {
  const known = derived.get(shadow) ?? new Map<string, Promise<ValueStatistics | null>>();
  derived.set(shadow, known);
  const key = JSON.stringify([schema, table, expression]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = derive(shadow, { schema, table }, expression);
  known.set(key, made);
  return made;
}

/** Writes the statistics of a supposed index's expressions, so that the planner counts with them. */
export async function injectExpressions(shadow: Shadow, built: BuiltIndex): Promise<void> {
  for (const column of built.columns) {
    if (column.expression === null || !isComparable(built)) continue;
    const statistics = await expressionStatistics(shadow, built, column.expression);
    if (statistics === null) continue;
    await write(shadow, built, column, statistics);
  }
}

/** Other methods store something else than the expression's values. */
function isComparable({ method }: BuiltIndex): boolean {
  return method === 'btree' || method === 'brin';
}

async function write(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  statistics: ValueStatistics,
): Promise<void> {
  const all = operators.get(shadow) ?? loadOperators(shadow.owner);
  operators.set(shadow, all);
  const own = (await all).get(column.typeId);
  if (own === undefined) return;
  const { typeId: type, modifier, collation, number } = column;
  const at = { relation: built.oid, number, type, modifier, collation };
  const sql = statisticSql({ ...statistics, isInherited: false }, at, own, await all);
  // Values that the type refuses leave the expression without statistics, as a fresh index is.
  await shadow.owner.run(sql).catch(() => undefined);
}

async function derive(
  shadow: Shadow,
  { schema, table }: { readonly schema: string; readonly table: string },
  expression: string,
): Promise<ValueStatistics | null> {
  const query = { schema, table, expression, shown: 'x::text', isOrdered: true };
  const rows = await sampleExpression(shadow, query);
  if (rows === null) return null;
  const isOf = (one: { readonly schema: string; readonly table: string }): boolean =>
    one.schema === schema && one.table === table;
  const relation = shadow.mirror.relations.find((one) => one.schema === schema && one.name === table);
  const columns = shadow.mirror.columns.filter((one) => isOf(one) && expression.includes(one.column));
  const [only] = columns;
  const tableRows = rowsOf(relation);
  return deriveStatistics(rows, {
    tableRows,
    distinct:
      columns.length !== 1 || only === undefined || only.distinct === 0
        ? null
        : only.distinct < 0
          ? -only.distinct * tableRows
          : only.distinct,
    correlation: columns.length === 1 ? (only?.correlation ?? null) : null,
  });
}

function rowsOf(relation: RelationStatistics | undefined): number {
  return Math.max(0, relation?.rows ?? 0);
}
