import * as z from 'zod';
import { flag, text, textOrNull, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One server setting as this session sees it. */
export interface ServerSettingRow {
  readonly name: string;
  /** Value in the setting's own unit, as text. */
  readonly value: string;
  /** Unit of numbers: `8kB`, `kB`, `MB`, `ms`, `s`, `min`; null for none. */
  readonly unit: string | null;
  readonly type: string;
  /** Values that an enum takes on this build; null for any other type. */
  readonly choices: readonly string[] | null;
  /** What a change needs: `postmaster` restart, `sighup` reload, `user` nothing … */
  readonly context: string;
  readonly source: string;
  readonly sourceFile: string | null;
  /** Value compiled in. */
  readonly bootValue: string | null;
  /** Value that a reset would give. */
  readonly resetValue: string | null;
  readonly isPendingRestart: boolean;
}

const sql = `
select
  s.name as "name",
  s.setting as "value",
  s.unit as "unit",
  s.vartype as "type",
  s.enumvals as "choices",
  s.context as "context",
  s.source as "source",
  s.sourcefile as "sourceFile",
  s.boot_val as "bootValue",
  s.reset_val as "resetValue",
  s.pending_restart as "isPendingRestart"
from pg_catalog.pg_settings s
where s.source not in ('session', 'client') or s.name not in
  ('statement_timeout', 'lock_timeout', 'jit', 'search_path', 'transaction_read_only', 'application_name')
order by s.name`;

export const serverSettingsQuery: CatalogQuery<ServerSettingRow> = defineCatalogQuery({
  id: 'catalog/server-settings',
  summary:
    'Server settings with source and whether a restart is pending; leaves out what the session itself set.',
  source: 'PostgreSQL docs 53.24 "pg_settings"',
  needs: { role: 'pg_read_all_settings' },
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    name: text,
    value: text,
    unit: textOrNull,
    type: text,
    choices: texts.nullable(),
    context: text,
    source: text,
    sourceFile: textOrNull,
    bootValue: textOrNull,
    resetValue: textOrNull,
    isPendingRestart: flag,
  }),
});
