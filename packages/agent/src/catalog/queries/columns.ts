import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One column with its type and, where readable, its statistics. */
export interface ColumnRow {
  readonly tableOid: number;
  readonly schema: string;
  readonly tableName: string;
  readonly name: string;
  readonly number: number;
  /** Type as SQL writes it: `character varying(200)`. */
  readonly type: string;
  /** Bare type name: `varchar`, `timestamp`, `jsonb`; of a domain that of the type below it, of an array with `_` before it. */
  readonly typeName: string;
  /** Type as SQL writes it, of a domain the type below it: `character(12)`. */
  readonly baseType: string;
  readonly isNotNull: boolean;
  readonly isIdentity: boolean;
  /** Default expression, e.g. `gen_random_uuid()`. */
  readonly defaultExpression: string | null;
  /** Statistics target of the column; null means default_statistics_target. */
  readonly statisticsTarget: number | null;
  /** Whether the role may see the statistics (they need SELECT on the column). */
  readonly isReadable: boolean;
  /** False when the column was never analyzed, or its statistics are not readable. */
  readonly hasStatistics: boolean;
  /** Fraction of nulls, 0..1. */
  readonly nullFraction: number | null;
  readonly averageWidthBytes: number | null;
  /** Positive: number of distinct values; negative: minus their fraction of the rows. */
  readonly distinctValues: number | null;
  /** Physical against logical order, -1..1. */
  readonly correlation: number | null;
  /** Length of the list of most common values, and its largest and smallest frequency. */
  readonly commonValues: number | null;
  readonly highestCommonFrequency: number | null;
  readonly lowestCommonFrequency: number | null;
  /** Sum of the frequencies of the most common values, 0..1. */
  readonly commonFrequencySum: number | null;
}

/** From PostgreSQL 18 a NOT NULL that is still NOT VALID sets the column's flag too. @source PostgreSQL 18 docs 52.7 "pg_attribute" */
const VALIDATED_SQL = `a.attnotnull and not exists (
    select from pg_catalog.pg_constraint k
    where k.conrelid = a.attrelid and k.contype = 'n' and not k.convalidated and a.attnum = any (k.conkey)
  )`;

/** The view computes one row per column of the database, so it is narrowed by name before the join. */
const sql = (isNotNull: string): string => `
select
  c.oid as "tableOid",
  n.nspname::text as "schema",
  c.relname::text as "tableName",
  a.attname::text as "name",
  a.attnum::int as "number",
  pg_catalog.format_type(a.atttypid, a.atttypmod) as "type",
  coalesce(b2.typname, b1.typname, t.typname)::text as "typeName",
  pg_catalog.format_type(
    coalesce(b2.oid, b1.oid, t.oid),
    case when b2.oid is not null then b1.typtypmod when b1.oid is not null then t.typtypmod else a.atttypmod end
  ) as "baseType",
  ${isNotNull} as "isNotNull",
  a.attidentity <> '' as "isIdentity",
  pg_catalog.pg_get_expr(d.adbin, d.adrelid) as "defaultExpression",
  nullif(a.attstattarget, -1)::int as "statisticsTarget",
  pg_catalog.has_column_privilege(c.oid, a.attnum, 'select') as "isReadable",
  s.attname is not null as "hasStatistics",
  s.null_frac::float8 as "nullFraction",
  s.avg_width as "averageWidthBytes",
  s.n_distinct::float8 as "distinctValues",
  s.correlation::float8 as "correlation",
  pg_catalog.array_length(s.most_common_freqs, 1) as "commonValues",
  s.most_common_freqs[1]::float8 as "highestCommonFrequency",
  s.most_common_freqs[pg_catalog.array_length(s.most_common_freqs, 1)]::float8 as "lowestCommonFrequency",
  (select sum(f)::float8 from pg_catalog.unnest(s.most_common_freqs) f) as "commonFrequencySum"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_type b1 on b1.oid = t.typbasetype and t.typtype = 'd'
left join pg_catalog.pg_type b2 on b2.oid = b1.typbasetype and b1.typtype = 'd'
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated = ''
left join (
  select * from pg_catalog.pg_stats v where v.tablename = any ($2::name[])
) s
  on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
  and s.inherited = (c.relkind = 'p')
where c.oid = any ($1::oid[])
order by c.oid, a.attnum`;

export const columnsQuery: CatalogQuery<ColumnRow> = defineCatalogQuery({
  id: 'catalog/columns',
  summary:
    'Columns of given tables with type and statistics (distinct values, correlation, nulls); no data values.',
  source: 'PostgreSQL docs 51.7 "pg_attribute", 53.27 "pg_stats"',
  needs: { role: 'pg_read_all_data' },
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['object ids of the tables', 'names of the tables'],
  variants: [
    { since: { server: 140_000 }, sql: sql('a.attnotnull') },
    { since: { server: 180_000 }, sql: sql(VALIDATED_SQL) },
  ],
  row: z.object({
    tableOid: number,
    schema: text,
    tableName: text,
    name: text,
    number,
    type: text,
    typeName: text,
    baseType: text,
    isNotNull: flag,
    isIdentity: flag,
    defaultExpression: textOrNull,
    statisticsTarget: numberOrNull,
    isReadable: flag,
    hasStatistics: flag,
    nullFraction: numberOrNull,
    averageWidthBytes: numberOrNull,
    distinctValues: numberOrNull,
    correlation: numberOrNull,
    commonValues: numberOrNull,
    highestCommonFrequency: numberOrNull,
    lowestCommonFrequency: numberOrNull,
    commonFrequencySum: numberOrNull,
  }),
});
