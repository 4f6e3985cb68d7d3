import * as z from 'zod';
import { numberOrNull, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How many of its most common values are kept of a column. */
export interface ColumnTargetRow {
  readonly column: string;
  /** Null where default_statistics_target holds. */
  readonly statisticsTarget: number | null;
}

/** Before 17 a column without a target of its own has -1. */
const sql = `
select
  a.attname::text as "column",
  nullif(a.attstattarget, -1)::int as "statisticsTarget"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname::text = $1
  and c.relname::text = $2
  and a.attname::text = any ($3::text[])
  and a.attnum > 0
  and not a.attisdropped
order by a.attnum`;

export const columnTargetsQuery: CatalogQuery<ColumnTargetRow> = defineCatalogQuery({
  id: 'catalog/column-targets',
  summary: 'Statistics targets of some columns of a table.',
  source: 'PostgreSQL docs 53.7 "pg_attribute"',
  scope: 'database',
  parameters: ['schema of the table', 'name of the table', 'names of the columns'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ column: text, statisticsTarget: numberOrNull }),
});
