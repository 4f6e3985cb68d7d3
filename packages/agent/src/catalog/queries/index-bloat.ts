import * as z from 'zod';
import { flag, number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Estimated waste of one btree index of at least the given size. */
export interface IndexBloatRow {
  readonly indexOid: number;
  readonly schema: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Size of a fresh build without deduplication: an upper bound of what a rebuild needs. */
  readonly expectedBytes: number;
  /** False when a key column has no readable statistics. */
  readonly isEstimable: boolean;
}

/**
 * Entries per leaf page: 24 bytes of page header, 16 bytes of btree special space, per entry a 4-byte line
 * pointer, an 8-byte tuple header (16 with a null bitmap), and data aligned to 8.
 */
const sql = `
select
  c.oid as "indexOid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  (f.pages * f.block)::float8 as "sizeBytes",
  ((1 + ceil(f.entries / greatest(1, floor((f.block - 40) * f.fill / (4
    + case when w.nullable then 16 else 8 end + 8 * ceil(w.width / 8.0)))))) * f.block)::float8 as "expectedBytes",
  w.with_statistics = w.columns and c.reltuples >= 0 as "isEstimable"
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
cross join lateral (
  select
    pg_catalog.current_setting('block_size')::float8 as block,
    (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::float8) as pages,
    coalesce((select option_value::float8 from pg_catalog.pg_options_to_table(c.reloptions)
      where option_name = 'fillfactor'), 90) / 100 as fill,
    greatest(c.reltuples, case when i.indpred is null
      then pg_catalog.pg_stat_get_live_tuples(t.oid) else 0 end, 0)::float8 as entries
) f
cross join lateral (
  select
    count(*)::float8 as columns,
    count(s.attname)::float8 as with_statistics,
    coalesce(bool_or(s.null_frac > 0), false) as nullable,
    coalesce(sum((1 - s.null_frac) * s.avg_width), 0)::float8 as width
  from pg_catalog.pg_attribute ia
  left join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[ia.attnum - 1] and a.attnum > 0
  left join pg_catalog.pg_stats s on not s.inherited and (
    (a.attname is not null and s.schemaname = tn.nspname and s.tablename = t.relname and s.attname = a.attname)
    or (a.attname is null and s.schemaname = n.nspname and s.tablename = c.relname and s.attname = ia.attname))
  where ia.attrelid = c.oid and ia.attnum > 0
) w
where c.relkind = 'i'
  and c.oid = any ($1::oid[])
order by c.relpages desc
limit 200`;

export const indexBloatQuery: CatalogQuery<IndexBloatRow> = defineCatalogQuery({
  id: 'catalog/index-bloat',
  summary: 'Estimated waste in given btree indexes, from entry counts and key widths.',
  source: 'PostgreSQL docs 64.1.4 "B-Tree Implementation"; ioguix/pgsql-bloat-estimation',
  needs: { role: 'pg_read_all_data' },
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['object ids of the indexes'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    indexOid: number,
    schema: text,
    name: text,
    sizeBytes: number,
    expectedBytes: number,
    isEstimable: flag,
  }),
});
