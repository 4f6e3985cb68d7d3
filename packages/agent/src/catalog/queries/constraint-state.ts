import * as z from 'zod';
import { flag, number } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How a constraint stands. */
export interface ConstraintStateRow {
  readonly oid: number;
  readonly isValidated: boolean;
}

const sql = `
select k.oid as "oid", k.convalidated as "isValidated"
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname::text = $1 and c.relname::text = $2 and k.conname::text = $3`;

export const constraintStateQuery: CatalogQuery<ConstraintStateRow> = defineCatalogQuery({
  id: 'catalog/constraint-state',
  summary: 'Whether a constraint of a table was validated.',
  source: 'PostgreSQL docs 53.13 "pg_constraint"',
  scope: 'database',
  parameters: ['schema of the table', 'name of the table', 'name of the constraint'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, isValidated: flag }),
});
