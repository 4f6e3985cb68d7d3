import * as z from 'zod';
import { flag, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How one setting of the server stands, and what this session's role may do about it. */
export interface SettingStateRow {
  readonly name: string;
  /** What a change needs: `postmaster` restart, `sighup` reload, `user` nothing … */
  readonly context: string;
  /** Value in force for this session, in the setting's own unit. */
  readonly value: string;
  readonly unit: string | null;
  readonly source: string;
  /** File that it came from; null when it came from none, or the role may not see it. */
  readonly sourceFile: string | null;
  readonly isPendingRestart: boolean;
  /** Whether the role may change it with ALTER SYSTEM. */
  readonly mayAlterSystem: boolean;
  /** Whether the role may have the configuration read again. */
  readonly mayReload: boolean;
  /** Whether the role may see which file a value came from. */
  readonly maySeeFiles: boolean;
  /** When this session last read the configuration files. */
  readonly loadedAt: string;
}

const columns = `
  s.name as "name",
  s.context as "context",
  s.setting as "value",
  s.unit as "unit",
  s.source as "source",
  s.sourcefile as "sourceFile",
  s.pending_restart as "isPendingRestart",`;

const rest = `
  pg_catalog.has_function_privilege('pg_catalog.pg_reload_conf()', 'execute') as "mayReload",
  me.rolsuper or pg_catalog.pg_has_role('pg_read_all_settings', 'usage') as "maySeeFiles",
  pg_catalog.pg_conf_load_time()::text as "loadedAt"
from pg_catalog.pg_settings s
cross join (select m.rolsuper from pg_catalog.pg_roles m where m.rolname = current_user) me
where s.name = any ($1::text[])
order by s.name`;

export const settingStateQuery: CatalogQuery<SettingStateRow> = defineCatalogQuery({
  id: 'catalog/setting-state',
  summary: 'How some settings of the server stand, and whether the role may change them.',
  source: 'PostgreSQL docs 53.24 "pg_settings", 9.26 has_parameter_privilege',
  scope: 'instance',
  parameters: ['names of settings'],
  variants: [
    { since: { server: 140_000 }, sql: `select ${columns}\n  me.rolsuper as "mayAlterSystem",${rest}` },
    {
      since: { server: 150_000 },
      sql: `select ${columns}\n  pg_catalog.has_parameter_privilege(s.name, 'alter system') as "mayAlterSystem",${rest}`,
    },
  ],
  row: z.object({
    name: text,
    context: text,
    value: text,
    unit: textOrNull,
    source: text,
    sourceFile: textOrNull,
    isPendingRestart: flag,
    mayAlterSystem: flag,
    mayReload: flag,
    maySeeFiles: flag,
    loadedAt: text,
  }),
});
