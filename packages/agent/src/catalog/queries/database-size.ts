import * as z from 'zod';
import { numberOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Bytes of the connected database. */
export interface DatabaseSizeRow {
  /** Null without CONNECT on it or pg_read_all_stats. */
  readonly sizeBytes: number | null;
}

const sql = `
select
  case when pg_catalog.has_database_privilege(d.oid, 'connect')
    or pg_catalog.pg_has_role('pg_read_all_stats', 'usage')
    then pg_catalog.pg_database_size(d.oid)::float8 end as "sizeBytes"
from pg_catalog.pg_database d
where d.datname = pg_catalog.current_database()`;

export const databaseSizeQuery: CatalogQuery<DatabaseSizeRow> = defineCatalogQuery({
  id: 'catalog/database-size',
  summary: 'Size of the connected database; looks at every file of it.',
  source: 'PostgreSQL docs 9.28.7 "Database Object Management Functions", pg_database_size',
  needs: { role: 'pg_read_all_stats' },
  scope: 'database',
  timeoutMs: 10_000,
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ sizeBytes: numberOrNull }),
});
