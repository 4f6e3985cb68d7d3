import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ColumnStatistics } from '../types.ts';
import type { Shadow } from './open-shadow.ts';

/** One value of an expression, from the statistics of the columns below it. */
export interface SampledRow {
  /** Null for NULL. */
  readonly text: string | null;
  readonly bytes: number;
  /** Share of all rows; null of one drawn from the rows that no share is known of. */
  readonly share: number | null;
  /** Place in the order of the column's own values, of one drawn from a histogram; null of others. */
  readonly place: number | null;
  /** Place in the order of the expression's values; null when no order was asked for. */
  readonly rank: number | null;
}

/** The values of an expression. */
export interface Sample {
  /** Object id and name of the expression's type. */
  readonly typeId: number;
  readonly type: string;
  readonly rows: readonly SampledRow[];
}

/** What is evaluated. */
export interface SampleQuery {
  readonly schema: string;
  readonly table: string;
  /** Expression over the table's columns. */
  readonly expression: string;
  /** What is shown of the expression `x`, as SQL. */
  readonly shown: string;
  readonly isOrdered: boolean;
}

/** Rows of several columns that are put together. */
const COMBINATIONS = 128;

/** Steps through the columns' values that do not run in parallel. */
const STRIDES = [1, 37, 59, 91, 17, 113] as const;

/**
 * Evaluates an expression over the most common values and the histogram of the column below it; of several columns over values that are
 * put together as if they had nothing to do with each other.
 * @returns null when a column has no statistics, or PostgreSQL cannot evaluate it
 */
export async function sampleExpression(shadow: Shadow, query: SampleQuery): Promise<Sample | null> {
  const columns = columnsBelow(shadow, query);
  if (columns.length === 0) return null;
  try {
    const lists = await Promise.all(columns.map((column) => listsOf(shadow, column)));
    const [only] = lists;
    const draws = lists.length === 1 && only !== undefined ? drawAll(only) : combine(lists);
    if (draws.length === 0) return null;
    return await evaluate(shadow, query, { names: columns.map((column) => column.column), draws });
  } catch {
    return null;
  }
}

interface Draw {
  readonly values: readonly (string | null)[];
  readonly share: number | null;
  readonly place: number | null;
}

interface Lists {
  readonly common: readonly string[];
  readonly shares: readonly number[];
  readonly drawn: readonly string[];
  readonly nullRatio: number;
}

function columnsBelow(
  shadow: Shadow,
  { schema, table, expression }: SampleQuery,
): readonly ColumnStatistics[] {
  const own = shadow.mirror.columns.filter((one) => one.table === table && one.schema === schema);
  const names = new Set(own.map((one) => one.column).filter((name) => isNamed(expression, name)));
  return [...names].flatMap(
    (name) =>
      own.find((one) => one.column === name && !one.isInherited) ??
      own.find((one) => one.column === name) ??
      [],
  );
}

/** A name that only looks like one, within a literal, does no harm: its column is offered and not used. */
function isNamed(expression: string, name: string): boolean {
  const quoted = quoteIdentifier(name);
  if (expression.includes(quoted)) return true;
  const bare = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w$"])${bare}($|[^\\w$"])`).test(expression);
}

async function listsOf(shadow: Shadow, column: ColumnStatistics): Promise<Lists> {
  const { rows } = await shadow.planner.run<{ common: string[] | null; drawn: string[] | null }>(
    'select $1::text[] as common, $2::text[] as drawn',
    [column.commonValues, column.histogram],
  );
  return {
    common: rows[0]?.common ?? [],
    shares: column.commonFrequencies ?? [],
    drawn: rows[0]?.drawn ?? [],
    nullRatio: column.nullRatio,
  };
}

function drawAll({ common, shares, drawn, nullRatio }: Lists): readonly Draw[] {
  const nulls = nullRatio > 0 ? [{ values: [null], share: nullRatio, place: null }] : [];
  return [
    ...nulls,
    ...common.map((value, index) => ({ values: [value], share: shares[index] ?? 0, place: null })),
    ...drawn.map((value, place) => ({ values: [value], share: null, place })),
  ];
}

function combine(lists: readonly Lists[]): readonly Draw[] {
  return Array.from({ length: COMBINATIONS }, (_, index) => ({
    values: lists.map((list, at) =>
      valueAt(list, (((index * (STRIDES[at % STRIDES.length] ?? 1)) % COMBINATIONS) + 0.5) / COMBINATIONS),
    ),
    share: null,
    place: null,
  }));
}

function valueAt({ common, shares, drawn, nullRatio }: Lists, quantile: number): string | null {
  let left = quantile - nullRatio;
  if (left < 0) return null;
  for (const [index, value] of common.entries()) {
    left -= shares[index] ?? 0;
    if (left < 0) return value;
  }
  const rest = 1 - nullRatio - shares.reduce((sum, share) => sum + share, 0);
  const at = Math.floor((left / Math.max(1e-9, rest)) * drawn.length);
  return drawn[Math.min(drawn.length - 1, at)] ?? common[0] ?? null;
}

async function evaluate(
  shadow: Shadow,
  { schema, table, expression, shown, isOrdered }: SampleQuery,
  { names, draws }: { readonly names: readonly string[]; readonly draws: readonly Draw[] },
): Promise<Sample | null> {
  const types = await shadow.planner.run<{ name: string; type: string }>(
    `select attname::text as name, pg_catalog.format_type(atttypid, atttypmod) as type from pg_catalog.pg_attribute
     where attrelid = pg_catalog.to_regclass($1) and attname = any($2)`,
    [quoteQualified(schema, table), names],
  );
  const typeOf = new Map(types.rows.map((row) => [row.name, row.type]));
  const typed = names.map((name, index) => `v${index}::${typeOf.get(name)} as ${quoteIdentifier(name)}`);
  const lists = names.map((_, index) => `$${index + 1}::text[]`);
  const rank = isOrdered ? 'pg_catalog.row_number() over (order by x)::int' : 'null::int';
  const { rows } = await shadow.planner.run<EvaluatedRow>(
    `select pg_catalog.pg_typeof(x)::oid::int as "typeId", pg_catalog.pg_typeof(x)::text as type, o::int as at, ${shown} as text, coalesce(pg_catalog.pg_column_size(x), 0)::int as bytes, ${rank} as rank
     from (select o, (${expression}) as x from (
       select o, ${typed.join(', ')} from unnest(${lists.join(', ')}) with ordinality u (${names.map((_, index) => `v${index}`).join(', ')}, o)) t) e`,
    names.map((_, index) => draws.map((draw) => draw.values[index] ?? null)),
  );
  const [first] = rows;
  if (first === undefined) return null;
  const sampled = rows.flatMap((row) => {
    const draw = draws[row.at - 1];
    return draw === undefined
      ? []
      : [{ text: row.text, bytes: row.bytes, share: draw.share, place: draw.place, rank: row.rank }];
  });
  return { typeId: first.typeId, type: first.type, rows: sampled };
}

interface EvaluatedRow {
  readonly typeId: number;
  readonly type: string;
  readonly at: number;
  readonly text: string | null;
  readonly bytes: number;
  readonly rank: number;
}
