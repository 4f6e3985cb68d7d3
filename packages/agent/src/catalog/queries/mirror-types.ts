import type { CatalogQuery } from '../define-query.ts';
import { defineDdlQuery, type MirrorDdlRow, NO_TABLE, ownObject, userSchema } from './mirror-ddl.ts';

const ENUM = `
  pg_catalog.format('create type %I.%I as enum (%s)', n.nspname, t.typname, (
    select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
    from pg_catalog.pg_enum l where l.enumtypid = t.oid))`;

const COLLATION = (type: string, collation: string): string => `
    (select pg_catalog.format('%I.%I', cn.nspname, co.collname)
     from pg_catalog.pg_collation co
     join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
     join pg_catalog.pg_type ct on ct.oid = ${type} and ct.typcollation <> co.oid
     where co.oid = ${collation})`;

const DOMAIN = `
  pg_catalog.format('create domain %I.%I as %s%s%s%s', n.nspname, t.typname,
    pg_catalog.format_type(t.typbasetype, t.typtypmod),
    ' collate ' || ${COLLATION('t.typbasetype', 't.typcollation')},
    case when t.typnotnull then ' not null' end,
    (select ' ' || pg_catalog.string_agg(pg_catalog.format('constraint %I %s', k.conname,
        pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', '')), ' ' order by k.oid)
      from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c'))`;

/** The canonical function is left out: it must be made before its type. */
const RANGE = `
  (select pg_catalog.format('create type %I.%I as range (subtype = %s%s%s%s, multirange_type_name = %I.%I)', n.nspname, t.typname,
      pg_catalog.format_type(g.rngsubtype, null),
      (select pg_catalog.format(', subtype_opclass = %I.%I', xn.nspname, x.opcname)
       from pg_catalog.pg_opclass x join pg_catalog.pg_namespace xn on xn.oid = x.opcnamespace
       where x.oid = g.rngsubopc and not x.opcdefault),
      ', collation = ' || ${COLLATION('g.rngsubtype', 'g.rngcollation')},
      (select pg_catalog.format(', subtype_diff = %I.%I', fn.nspname, f.proname)
       from pg_catalog.pg_proc f join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace where f.oid = g.rngsubdiff),
      mn.nspname, m.typname)
   from pg_catalog.pg_range g
   join pg_catalog.pg_type m on m.oid = g.rngmultitypid
   join pg_catalog.pg_namespace mn on mn.oid = m.typnamespace
   where g.rngtypid = t.oid)`;

const COMPOSITE = `
  pg_catalog.format('create type %I.%I as (%s)', n.nspname, t.typname, (
    select pg_catalog.string_agg(pg_catalog.concat(
        pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)),
        ' collate ' || ${COLLATION('a.atttypid', 'a.attcollation')}), ', ' order by a.attnum)
    from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))`;

export const mirrorTypesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'types',
  'Enums, domains, ranges and composite types',
  `
select t.oid as "oid", case when t.typtype = 'c' then '1259:' || t.typrelid else '1247:' || t.oid end as "key",
  n.nspname::text as "schema", t.typname::text as "name", ${NO_TABLE},
  case t.typtype when 'e' then ${ENUM}
    when 'd' then ${DOMAIN}
    when 'r' then ${RANGE}
    else ${COMPOSITE}
  end as "sql"
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
where t.oid > $1::oid
  and $3::oid[] is not null
  and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c')
  and ${userSchema('n')}
  and ${ownObject('pg_type', 't.oid')}
order by t.oid
limit $2`,
);
