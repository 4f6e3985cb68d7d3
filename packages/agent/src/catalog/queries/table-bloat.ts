import * as z from 'zod';
import { flag, number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Estimated waste of one table of at least the given size. */
export interface TableBloatRow {
  readonly tableOid: number;
  readonly schema: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Size that its rows would need at its fillfactor, from column statistics. */
  readonly expectedBytes: number;
  /** False when a column has no readable statistics: then `expectedBytes` says nothing. */
  readonly isEstimable: boolean;
}

/**
 * Rows per page from the average column widths: 24 bytes of page header, per row a 4-byte line pointer, a
 * 23-byte header plus null bitmap, and data, each aligned to 8. Row count from pg_class scaled to the current
 * pages, as the planner does.
 */
const sql = `
select
  c.oid as "tableOid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  (f.pages * f.block)::float8 as "sizeBytes",
  (ceil(f.live / greatest(1, floor((f.block - 24) * f.fill / (4
    + 8 * ceil((23 + case when w.nullable then ceil(w.columns / 8.0) else 0 end) / 8.0)
    + 8 * ceil(w.width / 8.0))))) * f.block)::float8 as "expectedBytes",
  w.with_statistics = w.columns and c.reltuples >= 0 as "isEstimable"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select
    pg_catalog.current_setting('block_size')::float8 as block,
    (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::float8) as pages,
    coalesce((select option_value::float8 from pg_catalog.pg_options_to_table(c.reloptions)
      where option_name = 'fillfactor'), 100) / 100 as fill,
    greatest(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)::float8 as live
) f
cross join lateral (
  select
    count(*)::float8 as columns,
    count(s.attname)::float8 as with_statistics,
    coalesce(bool_or(s.null_frac > 0), false) as nullable,
    coalesce(sum((1 - s.null_frac) * s.avg_width), 0)::float8 as width
  from pg_catalog.pg_attribute a
  left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
    and s.attname = a.attname and not s.inherited
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
) w
where c.relkind in ('r', 'm')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and c.oid = any ($1::oid[])
order by c.relpages desc
limit 200`;

export const tableBloatQuery: CatalogQuery<TableBloatRow> = defineCatalogQuery({
  id: 'catalog/table-bloat',
  summary: 'Estimated waste in given tables, from row counts and column widths.',
  source: 'PostgreSQL docs 66.6 "Database Page Layout"; ioguix/pgsql-bloat-estimation',
  needs: { role: 'pg_read_all_data' },
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['object ids of the tables'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    tableOid: number,
    schema: text,
    name: text,
    sizeBytes: number,
    expectedBytes: number,
    isEstimable: flag,
  }),
});
