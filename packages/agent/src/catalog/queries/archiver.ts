import * as z from 'zod';
import { number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** State of WAL archiving. */
export interface ArchiverRow {
  /** `off`, `on` or `always`. */
  readonly mode: string;
  readonly archived: number;
  readonly failed: number;
  /** Since the last success and the last failure, in milliseconds; null when there was none. */
  readonly sinceArchivedMs: number | null;
  readonly sinceFailedMs: number | null;
  readonly lastFailedFile: string | null;
}

const sql = `
select
  pg_catalog.current_setting('archive_mode') as "mode",
  a.archived_count::float8 as "archived",
  a.failed_count::float8 as "failed",
  (extract(epoch from clock_timestamp() - a.last_archived_time) * 1000)::float8 as "sinceArchivedMs",
  (extract(epoch from clock_timestamp() - a.last_failed_time) * 1000)::float8 as "sinceFailedMs",
  a.last_failed_wal as "lastFailedFile"
from pg_catalog.pg_stat_archiver a`;

export const archiverQuery: CatalogQuery<ArchiverRow> = defineCatalogQuery({
  id: 'catalog/archiver',
  summary: 'Successes and failures of the WAL archiver.',
  source: 'PostgreSQL docs 27.2.13 "pg_stat_archiver"',
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    mode: text,
    archived: number,
    failed: number,
    sinceArchivedMs: numberOrNull,
    sinceFailedMs: numberOrNull,
    lastFailedFile: textOrNull,
  }),
});
