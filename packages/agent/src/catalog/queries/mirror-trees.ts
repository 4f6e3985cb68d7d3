import * as z from 'zod';
import { number, text, textOrNull, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { userSchema } from './mirror-ddl.ts';

/** A btree whose height the planner tells when it is asked for the table in the index's order. */
export interface MirrorTreeRow {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** Key columns and expressions as SQL. */
  readonly keys: readonly string[];
  /** What stands behind each key in ORDER BY: direction and place of the NULLS. */
  readonly directions: readonly string[];
  /** Predicate as SQL; null for all rows. */
  readonly predicate: string | null;
  /** Bytes of the keys of fixed length. */
  readonly fixedBytes: number;
  /** Key columns of variable length. */
  readonly varying: readonly string[];
  /** Keys that are expressions of variable length. */
  readonly varyingExpressions: number;
  readonly blocks: number;
}

/** Keys under another operator class or collation than the column's cannot be written as a bare ORDER BY. */
const sql = `
select
  n.nspname::text as "schema",
  i.relname::text as "name",
  t.relname::text as "table",
  k.keys as "keys",
  k.directions as "directions",
  pg_catalog.pg_get_expr(x.indpred, x.indrelid) as "predicate",
  k.fixed as "fixedBytes",
  k.varying as "varying",
  k.expressions as "varyingExpressions",
  coalesce(pg_catalog.pg_relation_size(i.oid) / pg_catalog.current_setting('block_size')::int, 0)::float8 as "blocks"
from pg_catalog.pg_index x
join pg_catalog.pg_class i on i.oid = x.indexrelid and i.relkind = 'i'
join pg_catalog.pg_am m on m.oid = i.relam and m.amname = 'btree'
join pg_catalog.pg_class t on t.oid = x.indrelid and t.relkind in ('r', 'm') and t.relpersistence <> 't' and t.relispopulated
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
cross join lateral (
  select
    array_agg(pg_catalog.pg_get_indexdef(i.oid, a.attnum, false) order by a.attnum) as keys,
    array_agg(case when o.option & 1 = 1 then 'desc' else 'asc' end
      || case when o.option & 2 = 2 then ' nulls first' else ' nulls last' end order by a.attnum) as directions,
    coalesce(sum(a.attlen) filter (where a.attlen > 0), 0)::int as fixed,
    coalesce(array_agg(ta.attname::text) filter (where a.attlen < 0 and ta.attname is not null), '{}') as varying,
    (count(*) filter (where a.attlen < 0 and ta.attname is null))::int as expressions,
    bool_and(c.opcdefault and (ta.attname is null or x.indcollation[a.attnum - 1] = ta.attcollation)) as is_plain,
    bool_and(ta.attname is null or pg_catalog.has_column_privilege(t.oid, ta.attnum, 'select')) as is_readable
  from pg_catalog.pg_attribute a
  cross join lateral (select x.indoption[a.attnum - 1]::int as option) o
  join pg_catalog.pg_opclass c on c.oid = x.indclass[a.attnum - 1]
  left join pg_catalog.pg_attribute ta on ta.attrelid = t.oid and ta.attnum = x.indkey[a.attnum - 1] and ta.attnum > 0
  where a.attrelid = i.oid and a.attnum between 1 and x.indnkeyatts
) k
where x.indisvalid
  and i.relpages > 2
  and k.is_plain
  and k.is_readable
  and pg_catalog.has_schema_privilege(n.oid, 'usage')
  and t.oid <> all ($1::oid[])
  and ${userSchema('n')}
order by i.oid`;

export const mirrorTreesQuery: CatalogQuery<MirrorTreeRow> = defineCatalogQuery({
  id: 'catalog/mirror-trees',
  summary: 'Btrees with the ORDER BY that each serves, to learn their heights from the planner.',
  source: 'PostgreSQL docs 51.26 "pg_index"; src/backend/utils/adt/selfuncs.c, btcostestimate',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['object ids of locked relations'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    schema: text,
    name: text,
    table: text,
    keys: texts,
    directions: texts,
    predicate: textOrNull,
    fixedBytes: number,
    varying: texts,
    varyingExpressions: number,
    blocks: number,
  }),
});
