import * as z from 'zod';
import { flag, number, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One line of a configuration file that is wrong or not in force. */
export interface SettingsFileRow {
  readonly file: string;
  readonly line: number;
  readonly name: string | null;
  readonly value: string | null;
  readonly isApplied: boolean;
  readonly error: string | null;
}

const sql = `
select
  f.sourcefile as "file",
  f.sourceline as "line",
  f.name as "name",
  f.setting as "value",
  f.applied as "isApplied",
  f.error as "error"
from pg_catalog.pg_file_settings f
where f.error is not null
order by f.seqno
limit 500`;

export const settingsFilesQuery: CatalogQuery<SettingsFileRow> = defineCatalogQuery({
  id: 'catalog/settings-files',
  summary: 'Lines of the configuration files that hold an error.',
  source: 'PostgreSQL docs 53.8 "pg_file_settings"',
  needs: {
    grants: ['select on pg_file_settings', 'execute on function pg_show_all_file_settings()'],
  },
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    file: text,
    line: number,
    name: textOrNull,
    value: textOrNull,
    isApplied: flag,
    error: textOrNull,
  }),
});
