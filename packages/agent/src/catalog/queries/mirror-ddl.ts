import * as z from 'zod';
import { text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** One statement that makes a part of the schema. */
export interface MirrorDdlRow {
  readonly schema: string;
  readonly name: string;
  readonly tableSchema: string | null;
  readonly tableName: string | null;
  readonly sql: string;
}

const ROW: z.ZodType<MirrorDdlRow> = z.object({
  schema: text,
  name: text,
  tableSchema: textOrNull,
  tableName: textOrNull,
  sql: text,
});

/** Not made by an extension, which makes its own objects. */
const own = (catalogue: string, oid: string): string => `not exists (
    select from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.${catalogue}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

const TIMEOUT_MS = 30_000;

function ddl(
  name: string,
  summary: string,
  variants: CatalogQuery<MirrorDdlRow>['variants'],
): CatalogQuery<MirrorDdlRow> {
  return defineCatalogQuery({
    id: `catalog/mirror-${name}`,
    summary: `${summary}, as SQL for the shadow.`,
    source: 'PostgreSQL docs 9.27.6 "System Catalog Information Functions"; ruleutils.c',
    scope: 'database',
    timeoutMs: TIMEOUT_MS,
    variants,
    row: ROW,
  });
}

const always = (sql: string): CatalogQuery<MirrorDdlRow>['variants'] => [{ since: { server: 140_000 }, sql }];

export const mirrorSchemasQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'schemas',
  'Schemas',
  always(`
select n.nspname::text as "schema", n.nspname::text as "name", null::text as "tableSchema", null::text as "tableName",
  pg_catalog.format('create schema if not exists %I', n.nspname) as "sql"
from pg_catalog.pg_namespace n
where n.oid not in (${SYSTEM_SCHEMAS}) and n.nspname !~ '^pg_' and ${own('pg_namespace', 'n.oid')}
order by n.nspname`),
);

export const mirrorExtensionsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'extensions',
  'Extensions',
  always(`
select n.nspname::text as "schema", e.extname::text as "name", null::text as "tableSchema", null::text as "tableName",
  pg_catalog.format('create extension if not exists %I with schema %I cascade', e.extname, n.nspname) as "sql"
from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
order by e.oid`),
);

const collations = (locale: string): string => `
select n.nspname::text as "schema", c.collname::text as "name", null::text as "tableSchema", null::text as "tableName",
  pg_catalog.format('create collation %I.%I (provider = %s, locale = %L, deterministic = %s)', n.nspname, c.collname,
    case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end, ${locale}, c.collisdeterministic) as "sql"
from pg_catalog.pg_collation c
join pg_catalog.pg_namespace n on n.oid = c.collnamespace
where c.collnamespace not in (${SYSTEM_SCHEMAS}) and ${own('pg_collation', 'c.oid')}
order by c.oid`;

export const mirrorCollationsQuery: CatalogQuery<MirrorDdlRow> = ddl('collations', 'Collations', [
  { since: { server: 140_000 }, sql: collations('c.collcollate') },
  { since: { server: 150_000 }, sql: collations('coalesce(c.colliculocale, c.collcollate)') },
  { since: { server: 170_000 }, sql: collations('coalesce(c.colllocale, c.collcollate)') },
]);

export const mirrorTypesQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'types',
  'Enums, domains, ranges and composite types',
  always(`
select n.nspname::text as "schema", t.typname::text as "name", null::text as "tableSchema", null::text as "tableName",
  case t.typtype
    when 'e' then pg_catalog.format('create type %I.%I as enum (%s)', n.nspname, t.typname, (
      select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
      from pg_catalog.pg_enum l where l.enumtypid = t.oid))
    when 'd' then pg_catalog.format('create domain %I.%I as %s%s%s', n.nspname, t.typname,
      pg_catalog.format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then ' not null' else '' end,
      coalesce((select ' ' || pg_catalog.string_agg(pg_catalog.format('constraint %I %s', k.conname,
          pg_catalog.pg_get_constraintdef(k.oid)), ' ' order by k.oid)
        from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c'), ''))
    when 'r' then pg_catalog.format('create type %I.%I as range (subtype = %s)', n.nspname, t.typname, (
      select pg_catalog.format_type(g.rngsubtype, null) from pg_catalog.pg_range g where g.rngtypid = t.oid))
    else pg_catalog.format('create type %I.%I as (%s)', n.nspname, t.typname, (
      select pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
  end as "sql"
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
where t.typnamespace not in (${SYSTEM_SCHEMAS})
  and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c')
  and ${own('pg_type', 't.oid')}
order by t.oid`),
);

export const mirrorFunctionsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'functions',
  'Functions in SQL and PL/pgSQL',
  always(`
select n.nspname::text as "schema", p.proname::text as "name", null::text as "tableSchema", null::text as "tableName",
  pg_catalog.pg_get_functiondef(p.oid) as "sql"
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where p.prokind = 'f'
  and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  and l.lanname in ('sql', 'plpgsql')
  and p.pronamespace not in (${SYSTEM_SCHEMAS})
  and ${own('pg_proc', 'p.oid')}
order by p.oid`),
);

export const mirrorTablesQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'tables',
  'Tables with their columns',
  always(`
select n.nspname::text as "schema", c.relname::text as "name", n.nspname::text as "tableSchema", c.relname::text as "tableName",
  pg_catalog.format('create %stable %I.%I (%s)%s%s',
    case when c.relpersistence = 'u' then 'unlogged ' else '' end, n.nspname, c.relname, coalesce((
      select pg_catalog.string_agg(pg_catalog.concat(
          pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)),
          case when a.attcollation <> 0 and a.attcollation <> t.typcollation then ' collate ' || (
            select pg_catalog.format('%I.%I', cn.nspname, co.collname)
            from pg_catalog.pg_collation co join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
            where co.oid = a.attcollation) end,
          case when a.attgenerated <> '' then pg_catalog.format(' generated always as (%s) %s',
            pg_catalog.pg_get_expr(d.adbin, d.adrelid), case a.attgenerated when 's' then 'stored' else 'virtual' end) end,
          case when a.attnotnull then ' not null' end), ', ' order by a.attnum)
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated <> ''
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), ''),
    case when c.relkind = 'p' then ' partition by ' || pg_catalog.pg_get_partkeydef(c.oid) else '' end,
    case when c.relkind = 'r' and c.reloptions is not null
      then pg_catalog.format(' with (%s)', pg_catalog.array_to_string(c.reloptions, ', ')) else '' end) as "sql"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f')
  and c.relpersistence <> 't'
  and c.relnamespace not in (${SYSTEM_SCHEMAS})
  and ${own('pg_class', 'c.oid')}
order by c.oid`),
);

export const mirrorAttachmentsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'attachments',
  'Partitions and inheritance',
  always(`
select n.nspname::text as "schema", c.relname::text as "name", n.nspname::text as "tableSchema", c.relname::text as "tableName",
  case when c.relispartition
    then pg_catalog.format('alter table %I.%I attach partition %I.%I %s', pn.nspname, p.relname, n.nspname, c.relname,
      pg_catalog.pg_get_expr(c.relpartbound, c.oid))
    else pg_catalog.format('alter table %I.%I inherit %I.%I', n.nspname, c.relname, pn.nspname, p.relname)
  end as "sql"
from pg_catalog.pg_inherits i
join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_class p on p.oid = i.inhparent
join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
where c.relnamespace not in (${SYSTEM_SCHEMAS}) and c.relpersistence <> 't'
order by i.inhrelid, i.inhseqno`),
);

export const mirrorConstraintsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'constraints',
  'Constraints but NOT NULL',
  always(`
select n.nspname::text as "schema", k.conname::text as "name", n.nspname::text as "tableSchema", c.relname::text as "tableName",
  pg_catalog.format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, k.conname,
    pg_catalog.pg_get_constraintdef(k.oid)) as "sql"
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid and c.relkind in ('r', 'p')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'x', 'c', 'f')
  and k.conparentid = 0
  and (k.contype <> 'c' or k.coninhcount = 0)
  and c.relpersistence <> 't'
  and c.relnamespace not in (${SYSTEM_SCHEMAS})
  and ${own('pg_class', 'c.oid')}
order by k.contype = 'f', k.oid`),
);

export const mirrorIndexesQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'indexes',
  'Valid indexes that no constraint makes',
  always(`
select n.nspname::text as "schema", i.relname::text as "name", n.nspname::text as "tableSchema", t.relname::text as "tableName",
  pg_catalog.pg_get_indexdef(i.oid) as "sql"
from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid
join pg_catalog.pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'p', 'm')
join pg_catalog.pg_namespace n on n.oid = i.relnamespace
where (x.indisvalid or i.relkind = 'I')
  and t.relpersistence <> 't'
  and i.relnamespace not in (${SYSTEM_SCHEMAS})
  and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))
  and not exists (
    select from pg_catalog.pg_inherits h join pg_catalog.pg_constraint k on k.conindid = h.inhparent
    where h.inhrelid = i.oid)
  and ${own('pg_class', 't.oid')}
order by i.relkind = 'i', i.oid`),
);

export const mirrorIndexAttachmentsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'index-attachments',
  'Indexes of partitions that belong to an index of the whole',
  always(`
select n.nspname::text as "schema", i.relname::text as "name", n.nspname::text as "tableSchema", t.relname::text as "tableName",
  pg_catalog.format('alter index %I.%I attach partition %I.%I', pn.nspname, p.relname, n.nspname, i.relname) as "sql"
from pg_catalog.pg_inherits h
join pg_catalog.pg_class i on i.oid = h.inhrelid and i.relkind in ('i', 'I')
join pg_catalog.pg_index x on x.indexrelid = i.oid
join pg_catalog.pg_class t on t.oid = x.indrelid
join pg_catalog.pg_namespace n on n.oid = i.relnamespace
join pg_catalog.pg_class p on p.oid = h.inhparent
join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
where i.relnamespace not in (${SYSTEM_SCHEMAS})
  and not exists (select from pg_catalog.pg_constraint k where k.conindid = p.oid and k.contype in ('p', 'u', 'x'))
order by i.oid`),
);

export const mirrorStatisticsObjectsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'statistics-objects',
  'Extended statistics',
  always(`
select n.nspname::text as "schema", s.stxname::text as "name", tn.nspname::text as "tableSchema", t.relname::text as "tableName",
  pg_catalog.pg_get_statisticsobjdef(s.oid) as "sql"
from pg_catalog.pg_statistic_ext s
join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
join pg_catalog.pg_class t on t.oid = s.stxrelid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where s.stxnamespace not in (${SYSTEM_SCHEMAS})
order by s.oid`),
);

export const mirrorViewsQuery: CatalogQuery<MirrorDdlRow> = ddl(
  'views',
  'Views and materialized views',
  always(`
select n.nspname::text as "schema", c.relname::text as "name",
  case when c.relkind = 'm' then n.nspname::text end as "tableSchema",
  case when c.relkind = 'm' then c.relname::text end as "tableName",
  pg_catalog.format('create %sview %I.%I as %s', case when c.relkind = 'm' then 'materialized ' else '' end,
    n.nspname, c.relname, pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'))
    || case when c.relkind = 'm' then ' with no data' else '' end as "sql"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and c.relpersistence <> 't'
  and c.relnamespace not in (${SYSTEM_SCHEMAS})
  and ${own('pg_class', 'c.oid')}
order by c.oid`),
);
