import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery, type QueryVariant } from '../define-query.ts';

/** What ANALYZE knows of one column or expression, values as texts. */
export interface MirrorValuesRow {
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
  /** PostgreSQL 17; null before. */
  readonly rangeLengthHistogram: string | null;
  readonly rangeEmptyRatio: number | null;
  readonly rangeBoundsHistogram: string | null;
}

/** One row of pg_stats. */
export interface MirrorColumnRow extends MirrorValuesRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isInherited: boolean;
}

/** Lists of numbers come as texts: parsing them as JSON is many times faster than as arrays of the driver. */
export const frequencies: z.ZodType<readonly number[] | null> = z
  .string()
  .nullable()
  .transform((list, context): readonly number[] | null => {
    if (list === null) return null;
    const parsed: unknown = JSON.parse(`[${list.slice(1, -1).replaceAll('NULL', 'null')}]`);
    const numbers = z.array(z.number()).safeParse(parsed);
    if (numbers.success) return numbers.data;
    context.addIssue({ code: 'custom', message: 'not a list of numbers' });
    return null;
  });

/** Columns that pg_stats and pg_stats_ext_exprs share. */
export const VALUES_SQL = `
  s.null_frac as "nullRatio",
  s.avg_width as "widthBytes",
  s.n_distinct as "distinct",
  s.most_common_vals::text as "commonValues",
  s.most_common_freqs::text as "commonFrequencies",
  s.histogram_bounds::text as "histogram",
  s.correlation as "correlation",
  s.most_common_elems::text as "commonElements",
  s.most_common_elem_freqs::text as "commonElementFrequencies",
  s.elem_count_histogram::text as "elementCountHistogram"`;

/** Their row schema. */
export const VALUES_ROW: { readonly [Key in keyof MirrorValuesRow]: z.ZodType<MirrorValuesRow[Key]> } = {
  nullRatio: number,
  widthBytes: number,
  distinct: number,
  commonValues: textOrNull,
  commonFrequencies: frequencies,
  histogram: textOrNull,
  correlation: numberOrNull,
  commonElements: textOrNull,
  commonElementFrequencies: frequencies,
  elementCountHistogram: frequencies,
  rangeLengthHistogram: textOrNull,
  rangeEmptyRatio: numberOrNull,
  rangeBoundsHistogram: textOrNull,
};

/** Ranges before PostgreSQL 17, and of expressions always. */
export const NO_RANGES_SQL =
  'null::text as "rangeLengthHistogram", null::real as "rangeEmptyRatio", null::text as "rangeBoundsHistogram"';

const RANGES_SQL =
  's.range_length_histogram::text as "rangeLengthHistogram", s.range_empty_frac as "rangeEmptyRatio", s.range_bounds_histogram::text as "rangeBoundsHistogram"';

/** The name alone is the condition: `=` on names is leakproof and goes down into the view, to an index. */
const columns = (source: string, ranges: string): string => `
select
  s.schemaname::text as "schema",
  s.tablename::text as "table",
  s.attname::text as "column",
  s.inherited as "isInherited",${VALUES_SQL},
  ${ranges}
from ${source} s
where s.tablename = any ($1::name[])
  and s.schemaname !~ '^pg_'
  and s.schemaname <> 'information_schema'`;

const variants = (source: string): readonly QueryVariant[] => [
  { since: { server: 140_000 }, sql: columns(source, NO_RANGES_SQL) },
  { since: { server: 170_000 }, sql: columns(source, RANGES_SQL) },
];

const shared = {
  source: 'PostgreSQL docs 52.26 "pg_stats"',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['names of tables and indexes'],
  row: z.object({ schema: text, table: text, column: text, isInherited: flag, ...VALUES_ROW }),
} as const;

export const mirrorColumnsQuery: CatalogQuery<MirrorColumnRow> = defineCatalogQuery({
  ...shared,
  id: 'catalog/mirror-columns',
  summary: 'Column statistics with their values, for the shadow; holds values of rows.',
  needs: { role: 'pg_read_all_data' },
  variants: variants('pg_catalog.pg_stats'),
});

export const mirrorColumnsByOwnerQuery: CatalogQuery<MirrorColumnRow> = defineCatalogQuery({
  ...shared,
  id: 'catalog/mirror-columns-by-owner',
  summary:
    'Column statistics through a function that the owner made for a role without rights on the tables.',
  variants: variants('pgsteward.column_statistics()'),
});
