import { quoteIdentifier, quoteQualified } from '../../kernel/index.ts';
import type { ExtendedStatistics } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import type { StatisticPlace } from './inject-statistics.ts';

/** A column or expression that extended statistics are about. */
export interface Dimension extends Pick<StatisticPlace, 'type' | 'modifier' | 'collation'> {
  /** As the server prints it; null of a column. */
  readonly expression: string | null;
  /** As `format_type` names the type. */
  readonly typeName: string;
}

const VIEW = 'pg_temp.pgsteward_dimensions';

/** Reads what extended statistics are about in their own order: the columns by number, then the expressions. Nothing is evaluated. */
export async function readDimensions(
  connection: ShadowConnection,
  one: ExtendedStatistics,
  oid: number,
): Promise<readonly Dimension[]> {
  const { rows } = await connection.run<{ expressions: readonly string[] | null }>(
    'select pg_catalog.pg_get_statisticsobjdef_expressions($1::oid) as expressions',
    [oid],
  );
  const expressions = rows[0]?.expressions ?? [];
  const columns = Object.entries(one.columnsByNumber)
    .toSorted(([left], [right]) => Number(left) - Number(right))
    .map(([, name]) => quoteIdentifier(name));
  const items = [...columns, ...expressions.map((expression) => `(${expression})`)];
  if (items.length === 0) return [];
  const table = quoteQualified(one.table.schema, one.table.name);
  const list = items.map((item, index) => `${item} as d${index}`).join(', ');
  await connection.run(`create temp view pgsteward_dimensions as select ${list} from ${table}`);
  const { rows: types } = await connection.run<Omit<Dimension, 'expression'>>(
    `select atttypid::int as "type", atttypmod as "modifier", attcollation::int as "collation",
       pg_catalog.format_type(atttypid, atttypmod) as "typeName"
     from pg_catalog.pg_attribute where attrelid = '${VIEW}'::regclass and attnum > 0 order by attnum`,
  );
  await connection.run(`drop view ${VIEW}`);
  return types.map((type, index) => ({ ...type, expression: expressions[index - columns.length] ?? null }));
}
