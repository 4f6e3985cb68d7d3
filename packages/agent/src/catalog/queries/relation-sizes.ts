import * as z from 'zod';
import { number } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Bytes of one relation's main fork. */
export interface RelationSizeRow {
  readonly oid: number;
  /** Main fork; of a TOAST table its index as well. Zero when the relation went away meanwhile. */
  readonly sizeBytes: number;
}

/**
 * Measuring opens the relation, which costs tens of microseconds and a lock. Small relations are left to their
 * page count in pg_class; measured are those of a megabyte or more by it, those that it has not seen yet, and
 * those that grew by half since.
 */
const sql = `
select
  m.oid as "oid",
  coalesce(pg_catalog.pg_relation_size(m.oid), 0)::float8
    + case when m.relkind = 't' then coalesce((
        select pg_catalog.pg_relation_size(i.indexrelid) from pg_catalog.pg_index i where i.indrelid = m.oid limit 1
      ), 0) else 0 end as "sizeBytes"
from (
  select c.oid, c.relkind
  from pg_catalog.pg_class c
  left join pg_catalog.pg_index x on x.indexrelid = c.oid
  where c.relkind in ('r', 'm', 'i', 't')
    and c.relpersistence <> 't'
    and c.oid >= 16384
    and c.oid <> all ($2::oid[])
    and (
      c.relpages >= 128
      or (c.relpages = 0 and (
        pg_catalog.pg_stat_get_live_tuples(coalesce(x.indrelid, c.oid)) > 0
        or pg_catalog.pg_stat_get_tuples_inserted(coalesce(x.indrelid, c.oid)) > 0))
      or pg_catalog.pg_stat_get_live_tuples(coalesce(x.indrelid, c.oid)) > 1.5 * greatest(c.reltuples, 0) + 1000
    )
  order by c.relpages desc, c.oid
  limit $1
) m`;

export const relationSizesQuery: CatalogQuery<RelationSizeRow> = defineCatalogQuery({
  id: 'catalog/relation-sizes',
  summary: 'Measured sizes of all but small tables, indexes and TOAST; leaves locked relations out.',
  source: 'PostgreSQL docs 9.28.7 "Database Object Management Functions", pg_relation_size',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['most relations to measure', 'object ids of locked relations'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, sizeBytes: number }),
});
