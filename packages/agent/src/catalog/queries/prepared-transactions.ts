import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One two-phase transaction that waits for its second phase. */
export interface PreparedTransactionRow {
  readonly identifier: string;
  readonly owner: string;
  readonly database: string;
  readonly ageMs: number;
  /** Age of its transaction id, in transactions. */
  readonly xidAge: number;
}

const sql = `
select
  p.gid as "identifier",
  p.owner::text as "owner",
  p.database::text as "database",
  (extract(epoch from clock_timestamp() - p.prepared) * 1000)::float8 as "ageMs",
  pg_catalog.age(p.transaction) as "xidAge"
from pg_catalog.pg_prepared_xacts p
order by p.prepared
limit 500`;

export const preparedTransactionsQuery: CatalogQuery<PreparedTransactionRow> = defineCatalogQuery({
  id: 'catalog/prepared-transactions',
  summary: 'Two-phase transactions that were prepared and not yet finished.',
  source: 'PostgreSQL docs 53.17 "pg_prepared_xacts"',
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ identifier: text, owner: text, database: text, ageMs: number, xidAge: number }),
});
