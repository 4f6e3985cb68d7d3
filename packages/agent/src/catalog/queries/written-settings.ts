import * as z from 'zod';
import { text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** The value that a setting was given somewhere, as it was written there. */
export interface WrittenSettingRow {
  readonly value: string;
}

/** PostgreSQL takes the last line of a setting. */
const systemSql = `
select f.setting as "value"
from pg_catalog.pg_file_settings f
where lower(f.name) = $1 and f.sourcefile like '%/postgresql.auto.conf' and f.setting is not null
order by f.seqno desc
limit 1`;

export const systemSettingQuery: CatalogQuery<WrittenSettingRow> = defineCatalogQuery({
  id: 'catalog/system-setting',
  summary: 'The value that ALTER SYSTEM gave a setting.',
  source: 'PostgreSQL docs 53.8 "pg_file_settings"',
  needs: {
    grants: ['select on pg_file_settings', 'execute on function pg_show_all_file_settings()'],
  },
  scope: 'instance',
  parameters: ['name of the setting'],
  variants: [{ since: { server: 140_000 }, sql: systemSql }],
  row: z.object({ value: text }),
});

const ownSql = `
select substr(c.line, length($1) + 2) as "value"
from pg_catalog.pg_db_role_setting s
cross join lateral unnest(s.setconfig) as c (line)
where pg_catalog.starts_with(lower(c.line), $1 || '=')
  and s.setdatabase = case when $2 = '' then 0::oid else (select d.oid from pg_catalog.pg_database d where d.datname::text = $2) end
  and s.setrole = case when $3 = '' then 0::oid else (select r.oid from pg_catalog.pg_roles r where r.rolname::text = $3) end`;

export const ownSettingQuery: CatalogQuery<WrittenSettingRow> = defineCatalogQuery({
  id: 'catalog/own-setting',
  summary: 'The value that a database, a role, or a role in a database gives a setting.',
  source: 'PostgreSQL docs 53.16 "pg_db_role_setting"',
  scope: 'instance',
  parameters: [
    'name of the setting',
    'name of the database, empty for all',
    'name of the role, empty for all',
  ],
  variants: [{ since: { server: 140_000 }, sql: ownSql }],
  row: z.object({ value: text }),
});
