import * as z from 'zod';
import { flag, number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** What stands under a name. */
export interface ObjectStateRow {
  readonly oid: number;
  /** `r` table, `m` materialized view, `i` index …, `statistics` for a statistics object. */
  readonly kind: string;
  /** Whether a materialized view holds rows; true for everything else. */
  readonly isPopulated: boolean;
}

const sql = `
select c.oid as "oid", c.relkind::text as "kind", c.relispopulated as "isPopulated"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname::text = $1 and c.relname::text = $2
union all
select s.oid, 'statistics', true
from pg_catalog.pg_statistic_ext s
join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
where n.nspname::text = $1 and s.stxname::text = $2`;

export const objectStateQuery: CatalogQuery<ObjectStateRow> = defineCatalogQuery({
  id: 'catalog/object-state',
  summary: 'The relation and the statistics object of one name.',
  source: 'PostgreSQL docs 53.11 "pg_class", 53.51 "pg_statistic_ext"',
  scope: 'database',
  parameters: ['schema of the object', 'name of the object'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, kind: text, isPopulated: flag }),
});
