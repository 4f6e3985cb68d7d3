import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** A file that the server writes its log into now. */
export interface LogFileRow {
  readonly format: 'stderr' | 'csvlog' | 'jsonlog';
  /** As the functions that read files take it. */
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Before 16 pg_monitor may list the directory, and not ask which file is written now: it is the newest of its kind. The
 * directory need not be there without the collector: a condition on nothing but settings is looked at first.
 */
const sql14 = `
select distinct on (f.format)
  f.format as "format",
  pg_catalog.current_setting('log_directory') || '/' || l.name as "path",
  l.size::float8 as "sizeBytes"
from pg_catalog.pg_ls_logdir() l
cross join lateral (
  select case when l.name like '%.json' then 'jsonlog' when l.name like '%.csv' then 'csvlog' else 'stderr' end
) f (format)
where pg_catalog.current_setting('logging_collector') = 'on'
  and pg_catalog.strpos(pg_catalog.current_setting('log_destination'), f.format) > 0
order by f.format, l.modification desc, l.name desc`;

const sql16 = `
select f.format as "format", f.path as "path", l.size::float8 as "sizeBytes"
from (values
  ('jsonlog', pg_catalog.pg_current_logfile('jsonlog')),
  ('csvlog', pg_catalog.pg_current_logfile('csvlog')),
  ('stderr', pg_catalog.pg_current_logfile('stderr'))
) f (format, path)
join pg_catalog.pg_ls_logdir() l on l.name = pg_catalog.regexp_replace(f.path, '^.*[/\\\\]', '')
where pg_catalog.current_setting('logging_collector') = 'on'`;

export const logFilesQuery: CatalogQuery<LogFileRow> = defineCatalogQuery({
  id: 'catalog/log-files',
  summary:
    'Files that the server writes its log into now, with their size; none without the logging collector.',
  source: 'PostgreSQL docs 9.27.1 "Session Information Functions": pg_current_logfile, 9.28.9: pg_ls_logdir',
  needs: { role: 'pg_monitor' },
  scope: 'instance',
  variants: [
    { since: { server: 140_000 }, sql: sql14 },
    { since: { server: 160_000 }, sql: sql16 },
  ],
  row: z.object({ format: z.enum(['stderr', 'csvlog', 'jsonlog']), path: text, sizeBytes: number }),
});
