import type { CatalogQuery } from '../define-query.ts';
import { defineDdlQuery, type MirrorDdlRow, ownObject, userSchema } from './mirror-ddl.ts';

const TABLE = 'n.nspname::text as "tableSchema", t.relname::text as "tableName"';

/**
 * The page is cut before definitions are written out, or the server would write all of them for each page. Keys are made table by
 * table, each under its own name, and attached afterwards; the rest goes down to the children by itself.
 */
const constraints = (kinds: string): string => `
select k.oid as "oid", '2606:' || k.oid as "key", n.nspname::text as "schema", k.conname::text as "name", ${TABLE},
  pg_catalog.format('alter table %s%I.%I add constraint %I %s',
    case when k.contype in ('p', 'u', 'x') then 'only ' end, n.nspname, t.relname, k.conname,
    pg_catalog.pg_get_constraintdef(k.oid)) as "sql"
from (
  select k.oid, k.conname, k.contype, k.conrelid
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class t on t.oid = k.conrelid and t.relkind in ('r', 'p')
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
  where k.oid > $1::oid
    and t.oid <> all ($3::oid[])
    and ${kinds}
    and t.relpersistence <> 't'
    and ${userSchema('n')}
    and ${ownObject('pg_class', 't.oid')}
  order by k.oid
  limit $2
) k
join pg_catalog.pg_class t on t.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
order by k.oid`;

const KEYS = `k.contype in ('p', 'u', 'x')`;
const CHECKS = `k.contype = 'c' and k.coninhcount = 0`;

export const mirrorConstraintsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'constraints',
  'Keys, exclusions and checks',
  [
    { since: { server: 140_000 }, sql: constraints(`(${KEYS} or ${CHECKS})`) },
    {
      since: { server: 180_000 },
      sql: constraints(
        `(${KEYS} or ${CHECKS} or k.contype = 'n' and not k.convalidated and k.coninhcount = 0)`,
      ),
    },
  ],
);

export const mirrorForeignKeysQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'foreign-keys',
  'Foreign keys',
  constraints(`k.contype = 'f' and k.conparentid = 0 and k.confrelid <> all ($3::oid[])`),
);

/** An index that a key makes appears only for the storage options that the key does not carry. */
export const mirrorIndexesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'indexes',
  'Valid indexes',
  `
select i.oid as "oid", '1259:' || i.oid as "key", n.nspname::text as "schema", i.relname::text as "name", ${TABLE},
  case when i."isOfKey"
    then pg_catalog.format('alter index %I.%I set (%s)', n.nspname, i.relname, pg_catalog.array_to_string(i.reloptions, ', '))
    else pg_catalog.pg_get_indexdef(i.oid)
  end as "sql"
from (
  select i.oid, i.relname, i.relnamespace, i.reloptions, x.indrelid, k.objid is not null as "isOfKey"
  from pg_catalog.pg_index x
  join pg_catalog.pg_class i on i.oid = x.indexrelid
  join pg_catalog.pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'p', 'm')
  join pg_catalog.pg_namespace n on n.oid = i.relnamespace
  left join pg_catalog.pg_depend k on k.classid = 'pg_catalog.pg_class'::regclass and k.objid = i.oid
    and k.refclassid = 'pg_catalog.pg_constraint'::regclass and k.deptype = 'i'
  where i.oid > $1::oid
    and t.oid <> all ($3::oid[])
    and i.oid <> all ($3::oid[])
    and (x.indisvalid or i.relkind = 'I')
    and (k.objid is null or i.reloptions is not null)
    and t.relpersistence <> 't'
    and ${userSchema('n')}
    and ${ownObject('pg_class', 't.oid')}
  order by i.oid
  limit $2
) i
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = i.relnamespace
order by i.oid`,
);

export const mirrorIndexAttachmentsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'index-attachments',
  'Indexes of partitions that belong to an index of the whole',
  `
select i.oid as "oid", '2611:' || i.oid as "key", n.nspname::text as "schema", i.relname::text as "name", ${TABLE},
  pg_catalog.format('alter index %I.%I attach partition %I.%I', pn.nspname, p.relname, n.nspname, i.relname) as "sql"
from pg_catalog.pg_inherits h
join pg_catalog.pg_class i on i.oid = h.inhrelid and i.relkind in ('i', 'I')
join pg_catalog.pg_index x on x.indexrelid = i.oid
join pg_catalog.pg_class t on t.oid = x.indrelid
join pg_catalog.pg_namespace n on n.oid = i.relnamespace
join pg_catalog.pg_class p on p.oid = h.inhparent
join pg_catalog.pg_index px on px.indexrelid = p.oid
join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
where i.oid > $1::oid
  and t.oid <> all ($3::oid[])
  and px.indrelid <> all ($3::oid[])
  and (x.indisvalid or i.relkind = 'I')
  and ${userSchema('n')}
order by i.oid
limit $2`,
);

const statistics = (target: string): string => `
select s.oid as "oid", case v.part when 1 then '3381:' || s.oid else '3381:' || s.oid || ':target' end as "key",
  n.nspname::text as "schema", s.stxname::text as "name", tn.nspname::text as "tableSchema", t.relname::text as "tableName",
  case v.part when 1 then pg_catalog.pg_get_statisticsobjdef(s.oid)
    when 2 then pg_catalog.format('alter statistics %I.%I set statistics ', n.nspname, s.stxname) || ${target}
  end as "sql"
from (
  select x.* from pg_catalog.pg_statistic_ext x
  join pg_catalog.pg_namespace xn on xn.oid = x.stxnamespace
  where x.oid > $1::oid and x.stxrelid <> all ($3::oid[]) and ${userSchema('xn')}
    and ${ownObject('pg_statistic_ext', 'x.oid')}
  order by x.oid
  limit $2
) s
join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
join pg_catalog.pg_class t on t.oid = s.stxrelid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
cross join (values (1), (2)) v (part)
order by s.oid, v.part`;

export const mirrorStatisticsObjectsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'statistics-objects',
  'Extended statistics and their targets',
  [
    { since: { server: 140_000 }, sql: statistics('nullif(s.stxstattarget, -1)') },
    { since: { server: 170_000 }, sql: statistics('s.stxstattarget') },
  ],
);
