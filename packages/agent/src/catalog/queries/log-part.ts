import * as z from 'zod';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** A part of a log file. */
export interface LogPartRow {
  /** Bytes as they are in the file, in whatever encoding; null when there is no such file. */
  readonly part: Uint8Array | null;
}

const sql = `
select pg_catalog.pg_read_binary_file($1::text, $2::bigint, $3::bigint, true) as "part"`;

export const logPartQuery: CatalogQuery<LogPartRow> = defineCatalogQuery({
  id: 'catalog/log-part',
  summary: 'A part of the log, for the plans that auto_explain writes; other lines are thrown away unread.',
  source: 'PostgreSQL docs 9.28.9 "Generic File Access Functions"',
  needs: {
    grants: ['execute on function pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)'],
  },
  scope: 'instance',
  parameters: ['path of a log file', 'offset in bytes', 'length in bytes'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ part: z.instanceof(Uint8Array).nullable() }),
});
