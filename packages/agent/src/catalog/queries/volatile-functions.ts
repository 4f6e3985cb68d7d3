import * as z from 'zod';
import { text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** A function of PostgreSQL that a stored query must not call. */
export interface VolatileFunctionRow {
  readonly name: string;
}

const sql = `
select given.name as "name"
from unnest($1::text[]) as given (name)
where not exists (
  select from pg_catalog.pg_proc p
  where p.pronamespace = 'pg_catalog'::regnamespace and p.proname::text = given.name
) or exists (
  select from pg_catalog.pg_proc p
  where p.pronamespace = 'pg_catalog'::regnamespace and p.proname::text = given.name and p.provolatile = 'v'
)
order by 1`;

export const volatileFunctionsQuery: CatalogQuery<VolatileFunctionRow> = defineCatalogQuery({
  id: 'catalog/volatile-functions',
  summary: "Which of some functions are none of PostgreSQL's own, or may have side effects.",
  source: 'PostgreSQL docs 36.7 "Function Volatility Categories"',
  scope: 'database',
  parameters: ['names of functions'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ name: text }),
});
