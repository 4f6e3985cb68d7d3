import type { CatalogQuery } from '../define-query.ts';
import {
  defineDdlQuery,
  type MirrorDdlRow,
  NO_TABLE,
  namesNoLocked,
  ownObject,
  userSchema,
} from './mirror-ddl.ts';

/** Only those that a view or a function's parsed body names: what fills a column moves no plan. */
export const mirrorSequencesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'sequences',
  'Sequences that a view or function names',
  `
select c.oid as "oid", '1259:' || c.oid as "key", n.nspname::text as "schema", c.relname::text as "name", ${NO_TABLE},
  pg_catalog.format('create sequence %I.%I', n.nspname, c.relname) as "sql"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid > $1::oid and $3::oid[] is not null and c.relkind = 'S' and c.relpersistence <> 't'
  and ${userSchema('n')} and ${ownObject('pg_class', 'c.oid')}
  and exists (
    select from pg_catalog.pg_depend d
    where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
      and d.classid in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_proc'::regclass))
order by c.oid
limit $2`,
);

/** The page is cut before columns are written out. A foreign table becomes a plain one: names and types resolve, and its statistics count. */
const tables = (isNotNull: string): string => `
select c.oid as "oid", '1259:' || c.oid as "key", n.nspname::text as "schema", c.relname::text as "name",
  n.nspname::text as "tableSchema", c.relname::text as "tableName",
  pg_catalog.format('create %stable %I.%I (%s)%s%s',
    case when c.relpersistence = 'u' and c.relkind = 'r' then 'unlogged ' end, n.nspname, c.relname, (
      select pg_catalog.string_agg(pg_catalog.concat(
          pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)),
          case when a.attcollation <> 0 and a.attcollation <> t.typcollation then ' collate ' || (
            select pg_catalog.format('%I.%I', cn.nspname, co.collname)
            from pg_catalog.pg_collation co join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
            where co.oid = a.attcollation) end,
          case when a.attgenerated <> '' then pg_catalog.format(' generated always as (%s) %s',
            pg_catalog.pg_get_expr(d.adbin, d.adrelid), case a.attgenerated when 's' then 'stored' else 'virtual' end) end,
          case when ${isNotNull} then ' not null' end), ', ' order by a.attnum)
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated <> ''
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    case when c.relkind = 'p' then ' partition by ' || pg_catalog.pg_get_partkeydef(c.oid) end,
    case when c.relkind = 'r' then ' with (' || pg_catalog.array_to_string(c.reloptions, ', ') || ')' end) as "sql"
from (
  select c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.reloptions
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid > $1::oid
    and c.oid <> all ($3::oid[])
    and c.relkind in ('r', 'p', 'f')
    and c.relpersistence <> 't'
    and ${userSchema('n')}
    and ${ownObject('pg_class', 'c.oid')}
  order by c.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
order by c.oid`;

export const mirrorTablesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'tables',
  'Tables with their columns',
  [
    { since: { server: 140_000 }, sql: tables('a.attnotnull') },
    {
      since: { server: 180_000 },
      // One that is not validated is added later, as it is: the planner does not rely on it.
      sql: tables(`a.attnotnull and not exists (
            select from pg_catalog.pg_constraint u
            where u.conrelid = a.attrelid and u.contype = 'n' and not u.convalidated and u.conkey[1] = a.attnum)`),
    },
  ],
);

export const mirrorAttachmentsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'attachments',
  'Partitions and inheritance',
  `
select c.oid as "oid", pg_catalog.format('2611:%s:%s', c.oid, i.inhseqno) as "key", n.nspname::text as "schema", c.relname::text as "name",
  n.nspname::text as "tableSchema", c.relname::text as "tableName",
  case when c.relispartition
    then pg_catalog.format('alter table %I.%I attach partition %I.%I %s', pn.nspname, p.relname, n.nspname, c.relname,
      pg_catalog.pg_get_expr(c.relpartbound, c.oid))
    else pg_catalog.format('alter table %I.%I inherit %I.%I', n.nspname, c.relname, pn.nspname, p.relname)
  end as "sql"
from (
  select x.* from pg_catalog.pg_class x
  join pg_catalog.pg_namespace xn on xn.oid = x.relnamespace
  where x.oid > $1::oid
    and x.oid <> all ($3::oid[])
    and x.relkind in ('r', 'p', 'f')
    and x.relpersistence <> 't'
    and ${userSchema('xn')}
    and exists (select from pg_catalog.pg_inherits h where h.inhrelid = x.oid and h.inhparent <> all ($3::oid[]))
  order by x.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_inherits i on i.inhrelid = c.oid and i.inhparent <> all ($3::oid[])
join pg_catalog.pg_class p on p.oid = i.inhparent
join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
order by c.oid, i.inhseqno`,
);

export const mirrorViewsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'views',
  'Views and materialized views',
  `
select c.oid as "oid", '1259:' || c.oid as "key", n.nspname::text as "schema", c.relname::text as "name",
  case when c.relkind = 'm' then n.nspname::text end as "tableSchema",
  case when c.relkind = 'm' then c.relname::text end as "tableName",
  pg_catalog.format('create %sview %I.%I%s as %s', case when c.relkind = 'm' then 'materialized ' end,
    n.nspname, c.relname, ' with (' || pg_catalog.array_to_string(c.reloptions, ', ') || ')',
    pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'))
    || case when c.relkind = 'm' then ' with no data' else '' end as "sql"
from (
  select c.oid, c.relname, c.relnamespace, c.relkind, c.reloptions
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
  where c.oid > $1::oid
    and c.oid <> all ($3::oid[])
    and c.relkind in ('v', 'm')
    and c.relpersistence <> 't'
    and ${userSchema('n')}
    and ${ownObject('pg_class', 'c.oid')}
    and ${namesNoLocked('pg_rewrite', 'r.oid')}
  order by c.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
order by c.oid`,
);
