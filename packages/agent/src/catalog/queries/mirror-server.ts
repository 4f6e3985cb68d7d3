import * as z from 'zod';
import { text, textOrNull, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** What decides how texts sort, and by what ways statistics can be read. */
export interface MirrorServerRow {
  readonly database: string;
  readonly encoding: string;
  readonly provider: string;
  readonly collate: string;
  readonly ctype: string;
  readonly locale: string | null;
  /** Functions of the schema `pgsteward` that read statistics with their owner's rights. */
  readonly statisticsFunctions: readonly string[];
}

/** Only functions that run as their owner: code of others never gets the reader's rights. */
const server = (provider: string, locale: string): string => `
select
  d.datname::text as "database",
  pg_catalog.pg_encoding_to_char(d.encoding)::text as "encoding",
  ${provider} as "provider",
  d.datcollate::text as "collate",
  d.datctype::text as "ctype",
  ${locale} as "locale",
  array(
    select p.proname::text
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'pgsteward'
      and p.pronargs = 0
      and p.proretset
      and p.prosecdef
      and (p.proname, p.prorettype) in (
        ('column_statistics', 'pg_catalog.pg_stats'::regtype),
        ('extended_statistics', 'pg_catalog.pg_stats_ext'::regtype),
        ('expression_statistics', 'pg_catalog.pg_stats_ext_exprs'::regtype))
      and pg_catalog.has_schema_privilege(n.oid, 'usage')
      and pg_catalog.has_function_privilege(p.oid, 'execute')
    order by 1
  ) as "statisticsFunctions"
from pg_catalog.pg_database d
where d.datname = pg_catalog.current_database()`;

export const mirrorServerQuery: CatalogQuery<MirrorServerRow> = defineCatalogQuery({
  id: 'catalog/mirror-server',
  summary:
    'Encoding and collation of the database, for the shadow, and functions made for reading statistics.',
  source: 'PostgreSQL docs 51.15 "pg_database"',
  scope: 'database',
  variants: [
    { since: { server: 140_000 }, sql: server(`'c'::text`, 'null::text') },
    { since: { server: 150_000 }, sql: server('d.datlocprovider::text', 'd.daticulocale::text') },
    { since: { server: 170_000 }, sql: server('d.datlocprovider::text', 'd.datlocale::text') },
  ],
  row: z.object({
    database: text,
    encoding: text,
    provider: text,
    collate: text,
    ctype: text,
    locale: textOrNull,
    statisticsFunctions: texts,
  }),
});

/** A setting as new sessions of the database get it. */
export interface MirrorSettingRow {
  readonly name: string;
  /** In the setting's own unit, as text; what a database's own setting says stands as it was written. */
  readonly value: string | null;
}

/** What is set for the reading role itself, such as an empty search path, is left out. */
export const mirrorSettingsQuery: CatalogQuery<MirrorSettingRow> = defineCatalogQuery({
  id: 'catalog/mirror-settings',
  summary: 'Settings as new sessions of the database get them, whatever is set for the reading role.',
  source: 'PostgreSQL docs 51.16 "pg_db_role_setting", 53.24 "pg_settings"',
  scope: 'database',
  variants: [
    {
      since: { server: 140_000 },
      sql: `
with given as (
  select s.setrole, s.setdatabase, pg_catalog.lower(pg_catalog.split_part(o.option, '=', 1)) as name,
    pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1) as value
  from pg_catalog.pg_db_role_setting s
  join pg_catalog.pg_database d on d.datname = pg_catalog.current_database() and s.setdatabase in (0, d.oid)
  cross join pg_catalog.unnest(s.setconfig) o (option)
)
select
  s.name as "name",
  case
    when exists (
      select from given g join pg_catalog.pg_roles r on r.oid = g.setrole
      where r.rolname = session_user and g.name = pg_catalog.lower(s.name)
    ) then coalesce((
      select g.value from given g
      where g.setrole = 0 and g.name = pg_catalog.lower(s.name)
      order by g.setdatabase desc limit 1), s.boot_val)
    else s.reset_val
  end as "value"
from pg_catalog.pg_settings s
order by s.name`,
    },
  ],
  row: z.object({ name: text, value: textOrNull }),
});

/** A role whose sessions plan under another setting than the database's. */
export interface MirrorRoleSettingRow {
  readonly role: string;
  readonly name: string;
  readonly value: string;
}

export const mirrorRoleSettingsQuery: CatalogQuery<MirrorRoleSettingRow> = defineCatalogQuery({
  id: 'catalog/mirror-role-settings',
  summary: 'Settings that other roles that may log in have of their own.',
  source: 'PostgreSQL docs 51.16 "pg_db_role_setting"',
  scope: 'database',
  variants: [
    {
      since: { server: 140_000 },
      sql: `
select r.rolname::text as "role", pg_catalog.split_part(o.option, '=', 1) as "name",
  pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1) as "value"
from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_database d on d.datname = pg_catalog.current_database() and s.setdatabase in (0, d.oid)
join pg_catalog.pg_roles r on r.oid = s.setrole and r.rolname <> session_user and r.rolcanlogin
cross join pg_catalog.unnest(s.setconfig) o (option)
order by 1, 2
limit 5000`,
    },
  ],
  row: z.object({ role: text, name: text, value: text }),
});
