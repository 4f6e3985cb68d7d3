import * as z from 'zod';
import { number, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Storage parameters of one table, and of its TOAST table with `toast.` in front. */
export interface TableOptionsRow {
  readonly oid: number;
  /** `fillfactor=80`. */
  readonly options: readonly string[];
}

const sql = `
select
  c.oid as "oid",
  coalesce(c.reloptions, '{}')
    || coalesce((select array_agg('toast.' || o) from unnest(t.reloptions) o), '{}') as "options"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
where n.nspname::text = $1 and c.relname::text = $2`;

export const tableOptionsQuery: CatalogQuery<TableOptionsRow> = defineCatalogQuery({
  id: 'catalog/table-options',
  summary: 'Storage parameters of a table.',
  source: 'PostgreSQL docs, CREATE TABLE "Storage Parameters"; 53.11 "pg_class"',
  scope: 'database',
  parameters: ['schema of the table', 'name of the table'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, options: texts }),
});
