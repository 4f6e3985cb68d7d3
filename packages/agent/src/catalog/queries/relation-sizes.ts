import * as z from 'zod';
import { number } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Bytes of one relation's main fork. */
export interface RelationSizeRow {
  readonly oid: number;
  /** Main fork; of a TOAST table its index as well. Zero when the relation went away meanwhile. */
  readonly sizeBytes: number;
}

const sql = `
select
  c.oid as "oid",
  coalesce(pg_catalog.pg_relation_size(c.oid), 0)::float8
    + case when c.relkind = 't' then coalesce((
        select pg_catalog.pg_relation_size(i.indexrelid) from pg_catalog.pg_index i where i.indrelid = c.oid
      ), 0) else 0 end as "sizeBytes"
from pg_catalog.pg_class c
where c.oid > $1::oid
  and c.relkind in ('r', 'm', 'i', 't')
  and c.relpersistence <> 't'
  and c.oid >= 16384
  and c.oid <> all ($3::oid[])
  and (c.relkind <> 't' or c.relpages > 0 or pg_catalog.pg_stat_get_tuples_inserted(c.oid) > 0)
order by c.oid
limit $2`;

export const relationSizesQuery: CatalogQuery<RelationSizeRow> = defineCatalogQuery({
  id: 'catalog/relation-sizes',
  summary: 'Sizes of tables, indexes and TOAST; leaves locked relations out, since measuring takes a lock.',
  source: 'PostgreSQL docs 9.28.7 "Database Object Management Functions", pg_relation_size',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, sizeBytes: number }),
});
