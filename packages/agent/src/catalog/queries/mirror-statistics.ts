import * as z from 'zod';
import { flag, number, numberOrNull, numbers, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** A relation as the planner sizes it. */
export interface MirrorRelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'r' | 'm' | 'p' | 'i' | 'I';
  readonly method: string | null;
  readonly pages: number;
  readonly rows: number;
  readonly allVisiblePages: number;
  readonly allFrozenPages: number | null;
  /** Null for partitioned relations. */
  readonly fileBlocks: number | null;
  readonly tableSchema: string | null;
  readonly tableName: string | null;
}

const relations = (frozen: string): string => `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  c.relkind::text as "kind",
  a.amname::text as "method",
  c.relpages as "pages",
  c.reltuples::float8 as "rows",
  c.relallvisible as "allVisiblePages",
  ${frozen} as "allFrozenPages",
  case when c.relkind in ('r', 'm', 'i') then
    case when c.oid = any($3::oid[]) or x.indrelid = any($3::oid[]) then c.relpages
      else pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int end
  end::float8 as "fileBlocks",
  tn.nspname::text as "tableSchema",
  t.relname::text as "tableName"
from (
  select r.*
  from pg_catalog.pg_class r
  where r.oid > $1::oid
    and r.relkind in ('r', 'm', 'p', 'i', 'I')
    and r.relpersistence <> 't'
    and r.relnamespace not in (${SYSTEM_SCHEMAS})
  order by r.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am a on a.oid = c.relam
left join pg_catalog.pg_index x on x.indexrelid = c.oid
left join pg_catalog.pg_class t on t.oid = x.indrelid
left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
order by c.oid`;

export const mirrorRelationsQuery: CatalogQuery<MirrorRelationRow> = defineCatalogQuery({
  id: 'catalog/mirror-relations',
  summary: 'Pages, rows and true file lengths of tables and indexes, for the shadow.',
  source: 'PostgreSQL docs 51.11 "pg_class"; src/backend/optimizer/util/plancat.c, estimate_rel_size',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [
    { since: { server: 140_000 }, sql: relations('null::int') },
    { since: { server: 180_000 }, sql: relations('c.relallfrozen') },
  ],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    kind: z.enum(['r', 'm', 'p', 'i', 'I']),
    method: textOrNull,
    pages: number,
    rows: number,
    allVisiblePages: number,
    allFrozenPages: numberOrNull,
    fileBlocks: numberOrNull,
    tableSchema: textOrNull,
    tableName: textOrNull,
  }),
});

/** One row of pg_stats, values as texts. */
export interface MirrorColumnRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isInherited: boolean;
  readonly nullRatio: number;
  readonly widthBytes: number;
  readonly distinct: number;
  readonly commonValues: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly histogram: string | null;
  readonly correlation: number | null;
  readonly commonElements: string | null;
  readonly commonElementFrequencies: readonly number[] | null;
  readonly elementCountHistogram: readonly number[] | null;
  readonly rangeLengthHistogram: string | null;
  readonly rangeEmptyRatio: number | null;
  readonly rangeBoundsHistogram: string | null;
}

const columns = (ranges: string): string => `
select
  s.schemaname::text as "schema",
  s.tablename::text as "table",
  s.attname::text as "column",
  s.inherited as "isInherited",
  s.null_frac as "nullRatio",
  s.avg_width as "widthBytes",
  s.n_distinct as "distinct",
  s.most_common_vals::text as "commonValues",
  s.most_common_freqs as "commonFrequencies",
  s.histogram_bounds::text as "histogram",
  s.correlation as "correlation",
  s.most_common_elems::text as "commonElements",
  s.most_common_elem_freqs as "commonElementFrequencies",
  s.elem_count_histogram as "elementCountHistogram",
  ${ranges}
from pg_catalog.pg_stats s
where s.schemaname not in ('pg_catalog', 'information_schema')
order by 1, 2, 3, 4`;

const numbersOrNull = numbers.nullable();

export const mirrorColumnsQuery: CatalogQuery<MirrorColumnRow> = defineCatalogQuery({
  id: 'catalog/mirror-columns',
  summary: 'Column statistics with their values, for the shadow; holds values of rows.',
  source: 'PostgreSQL docs 52.26 "pg_stats"',
  scope: 'database',
  timeoutMs: 30_000,
  variants: [
    {
      since: { server: 140_000 },
      sql: columns(
        'null::text as "rangeLengthHistogram", null::real as "rangeEmptyRatio", null::text as "rangeBoundsHistogram"',
      ),
    },
    {
      since: { server: 170_000 },
      sql: columns(
        's.range_length_histogram::text as "rangeLengthHistogram", s.range_empty_frac as "rangeEmptyRatio", s.range_bounds_histogram::text as "rangeBoundsHistogram"',
      ),
    },
  ],
  row: z.object({
    schema: text,
    table: text,
    column: text,
    isInherited: flag,
    nullRatio: number,
    widthBytes: number,
    distinct: number,
    commonValues: textOrNull,
    commonFrequencies: numbersOrNull,
    histogram: textOrNull,
    correlation: numberOrNull,
    commonElements: textOrNull,
    commonElementFrequencies: numbersOrNull,
    elementCountHistogram: numbersOrNull,
    rangeLengthHistogram: textOrNull,
    rangeEmptyRatio: numberOrNull,
    rangeBoundsHistogram: textOrNull,
  }),
});

/** One row of pg_stats_ext. */
export interface MirrorExtendedRow {
  readonly schema: string;
  readonly name: string;
  readonly tableSchema: string;
  readonly tableName: string;
  readonly isInherited: boolean;
  /** Column numbers and names, side by side. */
  readonly columnNumbers: readonly number[];
  readonly columnNames: readonly string[];
  readonly distinct: string | null;
  readonly dependencies: string | null;
  readonly commonValues: string | null;
  readonly commonValueNulls: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly commonBaseFrequencies: readonly number[] | null;
}

const extended = (inherited: string): string => `
select
  e.statistics_schemaname::text as "schema",
  e.statistics_name::text as "name",
  e.schemaname::text as "tableSchema",
  e.tablename::text as "tableName",
  ${inherited} as "isInherited",
  array(select a.attnum::int from pg_catalog.pg_attribute a
    where a.attrelid = x.stxrelid and a.attnum = any(x.stxkeys) order by a.attnum) as "columnNumbers",
  array(select a.attname::text from pg_catalog.pg_attribute a
    where a.attrelid = x.stxrelid and a.attnum = any(x.stxkeys) order by a.attnum) as "columnNames",
  e.n_distinct::text as "distinct",
  e.dependencies::text as "dependencies",
  e.most_common_vals::text as "commonValues",
  e.most_common_val_nulls::text as "commonValueNulls",
  e.most_common_freqs as "commonFrequencies",
  e.most_common_base_freqs as "commonBaseFrequencies"
from pg_catalog.pg_stats_ext e
join pg_catalog.pg_namespace n on n.nspname = e.statistics_schemaname
join pg_catalog.pg_statistic_ext x on x.stxname = e.statistics_name and x.stxnamespace = n.oid
order by 1, 2`;

export const mirrorExtendedQuery: CatalogQuery<MirrorExtendedRow> = defineCatalogQuery({
  id: 'catalog/mirror-extended',
  summary: 'Extended statistics with their values, for the shadow; only of tables that the role owns.',
  source: 'PostgreSQL docs 52.27 "pg_stats_ext"',
  scope: 'database',
  timeoutMs: 30_000,
  variants: [
    { since: { server: 140_000 }, sql: extended('false') },
    { since: { server: 150_000 }, sql: extended('e.inherited') },
  ],
  row: z.object({
    schema: text,
    name: text,
    tableSchema: text,
    tableName: text,
    isInherited: flag,
    columnNumbers: numbers,
    columnNames: z.array(z.string()),
    distinct: textOrNull,
    dependencies: textOrNull,
    commonValues: textOrNull,
    commonValueNulls: textOrNull,
    commonFrequencies: numbersOrNull,
    commonBaseFrequencies: numbersOrNull,
  }),
});

/** A column that leads a btree: the planner looks its ends up. */
export interface MirrorLeadRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isReadable: boolean;
}

export const mirrorLeadsQuery: CatalogQuery<MirrorLeadRow> = defineCatalogQuery({
  id: 'catalog/mirror-leads',
  summary: 'Columns that lead a btree, whose ends the planner looks up.',
  source: 'src/backend/utils/adt/selfuncs.c, get_actual_variable_range',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['object ids of locked relations'],
  variants: [
    {
      since: { server: 140_000 },
      sql: `
select distinct
  n.nspname::text as "schema",
  t.relname::text as "table",
  a.attname::text as "column",
  pg_catalog.has_column_privilege(t.oid, a.attnum, 'select') as "isReadable"
from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid and i.relkind = 'i'
join pg_catalog.pg_am m on m.oid = i.relam and m.amname = 'btree'
join pg_catalog.pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'm') and t.relpersistence <> 't'
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] and a.attnum > 0
where x.indpred is null
  and x.indisvalid
  and t.oid <> all ($1::oid[])
  and t.relnamespace not in (${SYSTEM_SCHEMAS})
order by 1, 2, 3`,
    },
  ],
  row: z.object({ schema: text, table: text, column: text, isReadable: flag }),
});

/** What decides how texts sort and what plans look like. */
export interface MirrorServerRow {
  readonly database: string;
  readonly encoding: string;
  readonly provider: string;
  readonly collate: string;
  readonly ctype: string;
  readonly locale: string | null;
}

const server = (provider: string, locale: string): string => `
select
  d.datname::text as "database",
  pg_catalog.pg_encoding_to_char(d.encoding)::text as "encoding",
  ${provider} as "provider",
  d.datcollate::text as "collate",
  d.datctype::text as "ctype",
  ${locale} as "locale"
from pg_catalog.pg_database d
where d.datname = pg_catalog.current_database()`;

export const mirrorServerQuery: CatalogQuery<MirrorServerRow> = defineCatalogQuery({
  id: 'catalog/mirror-server',
  summary: 'Encoding and collation of the database, for the shadow.',
  source: 'PostgreSQL docs 51.15 "pg_database"',
  scope: 'database',
  variants: [
    { since: { server: 140_000 }, sql: server(`'c'::text`, 'null::text') },
    { since: { server: 150_000 }, sql: server('d.datlocprovider::text', 'd.daticulocale::text') },
    { since: { server: 170_000 }, sql: server('d.datlocprovider::text', 'd.datlocale::text') },
  ],
  row: z.object({
    database: text,
    encoding: text,
    provider: text,
    collate: text,
    ctype: text,
    locale: textOrNull,
  }),
});
