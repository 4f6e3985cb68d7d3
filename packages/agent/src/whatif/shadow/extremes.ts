import { groupBy, quoteIdentifier, quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import type { ColumnExtremes, Mirror } from '../types.ts';
import type { ShadowConnection } from './connection.ts';

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNotNull: boolean;
}

const COLUMNS = `
select n.nspname::text as "schema", c.relname::text as "table", a.attname::text as "column",
  pg_catalog.format_type(a.atttypid, a.atttypmod) as "type", a.attnotnull as "isNotNull"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'r'
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and n.nspname not in ('pg_catalog', 'information_schema')
order by a.attnum`;

/** Statements sent as one. */
const BATCH = 200;

const SIDES = ['least', 'greatest'] as const;

/**
 * Puts two rows into each table that has indexed columns, which hold their least and greatest values: the planner looks them up. A row
 * that the table's types refuse is left out: then the histogram's ends count.
 * @param connection of the role that owns the tables, for which no trigger fires
 */
export async function insertExtremes(connection: ShadowConnection, mirror: Mirror): Promise<void> {
  if (mirror.extremes.length === 0) return;
  const key = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
    JSON.stringify([schema, table]);
  const { rows } = await connection.run<Column>(COLUMNS);
  const columns = groupBy(rows, key);
  const histograms = new Map(
    mirror.columns
      .filter((one) => !one.isInherited)
      .map((one) => [JSON.stringify([one.schema, one.table, one.column]), one.histogram ?? one.commonValues]),
  );
  const inserts = [...groupBy(mirror.extremes, key)].flatMap(([table, ends]) => {
    const own = columns.get(table) ?? [];
    return SIDES.flatMap((side) => insertSql(own, ends, side, histograms) ?? []);
  });
  for (let begin = 0; begin < inserts.length; begin += BATCH) {
    await insertBatch(connection, inserts.slice(begin, begin + BATCH));
  }
}

/** Rows sent as one; when one of them is refused, each goes for itself. */
async function insertBatch(connection: ShadowConnection, inserts: readonly string[]): Promise<void> {
  const isDone = await connection.run(inserts.join(';\n')).then(
    () => true,
    () => false,
  );
  if (!isDone) await Promise.allSettled(inserts.map((sql) => connection.run(sql)));
}

function insertSql(
  columns: readonly Column[],
  ends: readonly ColumnExtremes[],
  side: (typeof SIDES)[number],
  histograms: ReadonlyMap<string, string | null>,
): string | null {
  const [first] = columns;
  if (first === undefined) return null;
  const byColumn = new Map(ends.map((one) => [one.column, one[side]]));
  const given = columns.filter((one) => one.isNotNull || (byColumn.get(one.column) ?? null) !== null);
  if (given.length === 0) return null;
  const values = given.map((one) => {
    const end = byColumn.get(one.column) ?? null;
    if (end !== null) return `${quoteLiteral(end)}::${one.type}`;
    const list = histograms.get(JSON.stringify([one.schema, one.table, one.column])) ?? null;
    if (list === null || one.type.endsWith('[]')) return placeholder(one.type);
    const array = `${quoteLiteral(list)}::${one.type}[]`;
    return `(${array})[${side === 'least' ? 1 : `array_length(${array}, 1)`}]`;
  });
  const names = given.map((one) => quoteIdentifier(one.column)).join(', ');
  return `insert into ${quoteQualified(first.schema, first.table)} (${names}) overriding system value values (${values.join(', ')})`;
}

/** Some value of a type, where nothing is known of the column. */
function placeholder(type: string): string {
  if (/range/.test(type)) return `'empty'::${type}`;
  if (/json|\[\]$/.test(type)) return `'{}'::${type}`;
  if (/^(smallint|integer|bigint|numeric|real|double|oid|money)/.test(type)) return `0::${type}`;
  if (/^(timestamp|date)/.test(type)) return `'2000-01-01'::${type}`;
  if (/^time|^interval/.test(type)) return `'00:00'::${type}`;
  if (type === 'boolean') return 'false';
  if (type === 'uuid') return `'00000000-0000-0000-0000-000000000000'::uuid`;
  if (/^(inet|cidr)/.test(type)) return `'0.0.0.0'::${type}`;
  return `''::${type}`;
}
