import * as z from 'zod';
import { text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** What must be made before what, by catalogue and object id. */
export interface MirrorDependencyRow {
  readonly dependent: string;
  readonly referenced: string;
}

/** An array counts as its element, a multirange as its range, a row type as its relation. */
const sql = `
select distinct f.key as "dependent", g.key as "referenced"
from pg_catalog.pg_depend d
left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
left join pg_catalog.pg_attrdef a on d.classid = 'pg_catalog.pg_attrdef'::regclass and a.oid = d.objid
left join pg_catalog.pg_constraint k on d.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = d.objid
left join pg_catalog.pg_type y on d.refclassid = 'pg_catalog.pg_type'::regclass and y.oid = d.refobjid
left join pg_catalog.pg_type e on e.oid = y.typelem and y.typlen = -1
left join pg_catalog.pg_range m on m.rngmultitypid = coalesce(e.oid, y.oid)
cross join lateral (
  select case
    when r.oid is not null then '1259:' || r.ev_class
    when a.oid is not null then '1259:' || a.adrelid
    when k.contypid <> 0 then '1247:' || k.contypid
    else d.classid || ':' || d.objid
  end as key
) f
cross join lateral (
  select case
    when y.oid is null then d.refclassid || ':' || d.refobjid
    when coalesce(e.typrelid, y.typrelid) <> 0 then '1259:' || coalesce(e.typrelid, y.typrelid)
    else '1247:' || coalesce(m.rngtypid, e.oid, y.oid)
  end as key
) g
where d.deptype in ('n', 'a')
  and d.objid >= 16384
  and d.refobjid >= 16384
  and (d.refclassid in ('pg_catalog.pg_type'::regclass, 'pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_collation'::regclass,
      'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_ts_config'::regclass, 'pg_catalog.pg_ts_dict'::regclass,
      'pg_catalog.pg_constraint'::regclass)
    or d.refclassid = 'pg_catalog.pg_class'::regclass
      and d.classid in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_proc'::regclass))
  and f.key <> g.key`;

export const mirrorDependenciesQuery: CatalogQuery<MirrorDependencyRow> = defineCatalogQuery({
  id: 'catalog/mirror-dependencies',
  summary: 'What must be made before what, for the schema of the shadow.',
  source: 'PostgreSQL docs 51.18 "pg_depend"',
  scope: 'database',
  timeoutMs: 30_000,
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ dependent: text, referenced: text }),
});
