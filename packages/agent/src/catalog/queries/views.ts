import * as z from 'zod';
import { text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** A view and its query. */
export interface ViewRow {
  readonly schema: string;
  readonly name: string;
  /** As `pg_get_viewdef` gives it. */
  readonly definition: string;
}

const sql = `
select
  n.nspname::text as "schema",
  c.relname::text as "name",
  pg_catalog.pg_get_viewdef(c.oid) as "definition"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v'
  and c.relname = any ($1::name[])
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
order by 1, 2
limit 1000`;

export const viewsQuery: CatalogQuery<ViewRow> = defineCatalogQuery({
  id: 'catalog/views',
  summary: 'Queries of the views that statements name, so that advice looks through them.',
  source: 'PostgreSQL docs 9.27.6 "System Catalog Information Functions": pg_get_viewdef',
  scope: 'database',
  parameters: ['names of tables and indexes'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ schema: text, name: text, definition: text }),
});
