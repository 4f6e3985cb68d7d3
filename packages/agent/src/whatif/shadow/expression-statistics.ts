import type { RelationStatistics } from '../types.ts';
import type { BuiltColumn, BuiltIndex } from './built-index.ts';
import { commonElementsOf, type ElementStatistics, elementStatistics } from './derive-elements.ts';
import { deriveStatistics, type ValueStatistics } from './derive-statistics.ts';
import { loadOperators, type Operators, statisticSql } from './inject-statistics.ts';
import type { Shadow } from './open-shadow.ts';
import { sampleExpression } from './sample-expression.ts';

/** Statistics of an expression's values. */
export interface ExpressionStatistics extends ValueStatistics {
  /** Object id of its type. */
  readonly typeId: number;
}

/** What was derived before: many candidates share their expressions. */
const derived = new WeakMap<Shadow, Map<string, Promise<ExpressionStatistics | null>>>();

const operators = new WeakMap<Shadow, Promise<ReadonlyMap<number, Operators>>>();

/**
 * Gives the statistics that ANALYZE would find of an index's expression; PostgreSQL has none of an index that was just built.
 * @returns null when the columns below have none
 */
export function expressionStatistics(
  shadow: Shadow,
  { tableSchema: schema, tableName: table }: Pick<BuiltIndex, 'tableSchema' | 'tableName'>,
  expression: string,
): Promise<ExpressionStatistics | null> {
  const known = derived.get(shadow) ?? new Map<string, Promise<ExpressionStatistics | null>>();
  derived.set(shadow, known);
  const key = JSON.stringify([schema, table, expression]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = derive(shadow, { schema, table, expression });
  known.set(key, made);
  return made;
}

/** Writes the statistics of a supposed index's expressions, so that the planner counts with them. */
export async function injectExpressions(shadow: Shadow, built: BuiltIndex): Promise<void> {
  for (const column of built.columns) {
    if (column.expression === null) continue;
    const statistics = await expressionStatistics(shadow, built, column.expression);
    if (statistics === null) continue;
    await write(shadow, built, column, statistics);
  }
}

/** They are of the expression's own type, whatever the index stores of it. @source src/backend/commands/analyze.c examine_attribute */
async function write(
  shadow: Shadow,
  built: BuiltIndex,
  { number, typeId, modifier, collation }: BuiltColumn,
  statistics: ExpressionStatistics,
): Promise<void> {
  const all = await operatorsOf(shadow);
  const type = statistics.typeId;
  const own = all.get(type);
  if (own === undefined) return;
  const at = { relation: built.oid, number, type, modifier: type === typeId ? modifier : -1, collation };
  const sql = statisticSql({ ...statistics, isInherited: false }, at, own, all);
  // Values that the type refuses leave the expression without statistics, as a fresh index is.
  await shadow.owner.run(sql).catch(() => undefined);
}

function operatorsOf(shadow: Shadow): Promise<ReadonlyMap<number, Operators>> {
  const all = operators.get(shadow) ?? loadOperators(shadow.owner);
  operators.set(shadow, all);
  return all;
}

interface ExpressionPlace {
  readonly schema: string;
  readonly table: string;
  readonly expression: string;
}

async function derive(shadow: Shadow, place: ExpressionPlace): Promise<ExpressionStatistics | null> {
  const { schema, table, expression } = place;
  const sample = await sampleExpression(shadow, { ...place, shown: 'x::text', isOrdered: true });
  if (sample === null) return null;
  const isOf = (one: { readonly schema: string; readonly table: string }): boolean =>
    one.schema === schema && one.table === table;
  const relation = shadow.mirror.relations.find((one) => one.schema === schema && one.name === table);
  const columns = shadow.mirror.columns.filter((one) => isOf(one) && expression.includes(one.column));
  const [only] = columns;
  const tableRows = rowsOf(relation);
  const statistics = deriveStatistics(sample.rows, {
    tableRows,
    distinct:
      columns.length !== 1 || only === undefined || only.distinct === 0
        ? null
        : only.distinct < 0
          ? -only.distinct * tableRows
          : only.distinct,
    correlation: columns.length === 1 ? (only?.correlation ?? null) : null,
  });
  if (statistics === null) return null;
  const { typeId, type } = sample;
  if (type === 'tsvector')
    return { ...ofWords(statistics), typeId, ...(await sampleElements(shadow, place, VECTOR)) };
  if (type.endsWith('[]'))
    return { ...statistics, typeId, ...(await sampleElements(shadow, place, arrayOf(type))) };
  return { ...statistics, typeId };
}

/** Of texts to be searched ANALYZE keeps nothing but the words. @source src/backend/tsearch/ts_typanalyze.c */
function ofWords(statistics: ValueStatistics): ValueStatistics {
  return {
    ...statistics,
    distinct: -(1 - statistics.nullRatio),
    commonValues: null,
    commonFrequencies: null,
    histogram: null,
    correlation: null,
  };
}

/** How the elements of a type are taken out, and in which order the planner searches them. */
interface ElementKind {
  readonly isVector: boolean;
  /** Elements of `x` as an array of texts, as SQL. */
  readonly texts: string;
  /** Sorts the elements `e` of `$1`, as SQL. */
  readonly sorted: string;
}

const VECTOR: ElementKind = {
  isVector: true,
  texts: 'pg_catalog.tsvector_to_array(x)',
  sorted: 'select e as text from unnest($1::text[]) e order by pg_catalog.octet_length(e), e collate "C"',
};

function arrayOf(type: string): ElementKind {
  return {
    isVector: false,
    texts: 'array(select distinct e::text from unnest(x) e)',
    sorted: `select e::text as text from unnest($1::text[]::${type}) e order by e`,
  };
}

async function sampleElements(
  shadow: Shadow,
  place: ExpressionPlace,
  { isVector, texts, sorted }: ElementKind,
): Promise<ElementStatistics> {
  const shown = `pg_catalog.to_jsonb(${texts})::text`;
  const sample = await sampleExpression(shadow, { ...place, shown, isOrdered: false });
  const values = (sample?.rows ?? []).flatMap(({ text, share }) => {
    if (text === null) return [];
    const all: readonly (string | null)[] = JSON.parse(text);
    const elements = all.filter((one) => one !== null);
    return [{ share, elements, hasNull: elements.length < all.length }];
  });
  const common = new Map(commonElementsOf(values).map((one) => [one.element, one]));
  // Elements that have no order leave the expression without statistics of them, as ANALYZE does.
  const order = await shadow.planner
    .run<{ text: string }>(sorted, [[...common.keys()]])
    .catch(() => ({ rows: [] }));
  return elementStatistics(
    order.rows.flatMap(({ text }) => common.get(text) ?? []),
    values,
    { isVector },
  );
}

function rowsOf(relation: RelationStatistics | undefined): number {
  return Math.max(0, relation?.rows ?? 0);
}
