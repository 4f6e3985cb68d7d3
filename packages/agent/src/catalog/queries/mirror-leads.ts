import * as z from 'zod';
import { flag, number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { userSchema } from './mirror-ddl.ts';

/** A column that leads a btree: the planner looks its ends up. */
export interface MirrorLeadRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isReadable: boolean;
  /** Pages of the table, by the catalogue. */
  readonly pages: number;
}

/**
 * Only where the index has the column's own order: under another one, its ends are found by sorting the table. And only
 * where each such index was scanned before, which the planner's own look at the ends counts as: the look goes through one
 * of them, and an index that nobody uses must not seem used because pgsteward looked.
 */
const sql = `
select
  n.nspname::text as "schema",
  t.relname::text as "table",
  a.attname::text as "column",
  pg_catalog.has_column_privilege(t.oid, a.attnum, 'select')
    and pg_catalog.has_schema_privilege(n.oid, 'usage')
    and not (t.relrowsecurity and pg_catalog.row_security_active(t.oid)) as "isReadable",
  t.relpages as "pages"
from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid and i.relkind = 'i'
join pg_catalog.pg_am m on m.oid = i.relam and m.amname = 'btree'
join pg_catalog.pg_opclass o on o.oid = x.indclass[0] and o.opcdefault
join pg_catalog.pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'm') and t.relpersistence <> 't' and t.relispopulated
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] and a.attnum > 0
where x.indpred is null
  and x.indisvalid
  and x.indcollation[0] = a.attcollation
  and t.oid <> all ($1::oid[])
  and ${userSchema('n')}
group by n.oid, n.nspname, t.oid, t.relname, t.relrowsecurity, t.relpages, a.attname, a.attnum
having pg_catalog.min(pg_catalog.pg_stat_get_numscans(i.oid)) > 0
order by "pages" desc, 1, 2, 3`;

export const mirrorLeadsQuery: CatalogQuery<MirrorLeadRow> = defineCatalogQuery({
  id: 'catalog/mirror-leads',
  summary:
    'Columns that lead btrees which are in use, whose ends the planner looks up; those of large tables first.',
  source: 'src/backend/utils/adt/selfuncs.c, get_actual_variable_range',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['object ids of locked relations'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ schema: text, table: text, column: text, isReadable: flag, pages: number }),
});
