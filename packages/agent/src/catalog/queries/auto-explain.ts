import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How auto_explain is set up, and whether what it writes can be read. */
export interface AutoExplainRow {
  /** Whether it is loaded in this session, as in every other one. */
  readonly isLoaded: boolean;
  /** Whether a role or a database has settings of its own for it: what this session sees is not all. */
  readonly isSetElsewhere: boolean;
  /** Duration from which a plan is logged: 0 for all, -1 for none; null when it is not loaded. */
  readonly minimumDurationMs: number | null;
  /** `text`, `xml`, `json` or `yaml`; null when it is not loaded. */
  readonly format: string | null;
  /** Whether plans come with times and rows as they were. */
  readonly isAnalyzed: boolean;
  readonly hasBuffers: boolean;
  readonly linePrefix: string;
  /** What the time zone of the log is ahead of UTC now, in seconds. */
  readonly utcOffsetSeconds: number;
  /** Whether the role may read parts of files. */
  readonly canReadFiles: boolean;
}

/** What is only a placeholder, because the library is not loaded, is not in pg_settings. */
const sql = `
select
  a."format" is not null as "isLoaded",
  exists (
    select from pg_catalog.pg_db_role_setting s
    where s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
      and s.setconfig::text like '%auto\\_explain%'
  ) as "isSetElsewhere",
  a."minimumDurationMs",
  a."format",
  coalesce(a."isAnalyzed", false) as "isAnalyzed",
  coalesce(a."hasBuffers", false) as "hasBuffers",
  pg_catalog.current_setting('log_line_prefix') as "linePrefix",
  extract(epoch from (pg_catalog.now() at time zone pg_catalog.current_setting('log_timezone')) - (pg_catalog.now() at time zone 'UTC'))::int
    as "utcOffsetSeconds",
  pg_catalog.has_function_privilege('pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'execute')
    as "canReadFiles"
from (
  select
    max(s.setting) filter (where s.name = 'auto_explain.log_min_duration')::float8 as "minimumDurationMs",
    max(s.setting) filter (where s.name = 'auto_explain.log_format') as "format",
    bool_or(s.setting = 'on') filter (where s.name = 'auto_explain.log_analyze') as "isAnalyzed",
    bool_or(s.setting = 'on') filter (where s.name = 'auto_explain.log_buffers') as "hasBuffers"
  from pg_catalog.pg_settings s
  where s.name like 'auto\\_explain.%'
) a`;

export const autoExplainQuery: CatalogQuery<AutoExplainRow> = defineCatalogQuery({
  id: 'catalog/auto-explain',
  summary: 'How auto_explain is set up, and whether the role may read what it writes.',
  source: 'PostgreSQL docs F.3 "auto_explain", 9.28.9 "Generic File Access Functions"',
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    isLoaded: flag,
    isSetElsewhere: flag,
    minimumDurationMs: numberOrNull,
    format: textOrNull,
    isAnalyzed: flag,
    hasBuffers: flag,
    linePrefix: text,
    utcOffsetSeconds: number,
    canReadFiles: flag,
  }),
});
