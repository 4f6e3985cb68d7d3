import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** An index that an interrupted concurrent rebuild left. */
export interface RebuildLeftoverRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

/**
 * The copy is called after the index, cut to fit into 63 bytes, with `_ccnew` or after the exchange `_ccold` behind it,
 * and a number where that name is taken.
 */
const sql = `
select l.oid as "oid", ln.nspname::text as "schema", l.relname::text as "name"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_index i on i.indexrelid = c.oid
join pg_catalog.pg_index li on li.indrelid = i.indrelid and not li.indisvalid and li.indexrelid <> c.oid
join pg_catalog.pg_class l on l.oid = li.indexrelid
join pg_catalog.pg_namespace ln on ln.oid = l.relnamespace
where n.nspname::text = $1
  and c.relname::text = $2
  and l.relname::text ~ '_cc(new|old)[0-9]*$'
  and pg_catalog.starts_with(c.relname::text, regexp_replace(l.relname::text, '_cc(new|old)[0-9]*$', ''))
order by l.oid`;

export const rebuildLeftoversQuery: CatalogQuery<RebuildLeftoverRow> = defineCatalogQuery({
  id: 'catalog/rebuild-leftovers',
  summary: 'Invalid copies of an index that interrupted concurrent rebuilds left.',
  source: 'PostgreSQL docs, REINDEX "Rebuilding Indexes Concurrently"; src/backend/commands/indexcmds.c',
  scope: 'database',
  parameters: ['schema of the index', 'name of the index'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, schema: text, name: text }),
});
