import * as z from 'zod';
import { statementText, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Text of one statement. */
export interface StatementTextRow {
  readonly queryId: string;
  /** First 20,000 characters of the normalised text. */
  readonly query: string;
}

const sql = `
select s.queryid::text as "queryId", left(max(s.query), 20000) as "query"
from {extension}.pg_stat_statements(true) s
where s.queryid = any ($1::bigint[]) and s.query is not null
  and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
group by s.queryid`;

export const statementTextsQuery: CatalogQuery<StatementTextRow> = defineCatalogQuery({
  id: 'catalog/statement-texts',
  summary: 'Texts of statements that were not seen before.',
  source: 'PostgreSQL docs F.32 "pg_stat_statements"',
  needs: { extension: 'pg_stat_statements', role: 'pg_read_all_stats' },
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['query ids'],
  variants: [{ since: { server: 140_000, extension: '1.8' }, sql }],
  row: z.object({ queryId: text, query: statementText }),
});
