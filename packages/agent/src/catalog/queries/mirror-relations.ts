import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { userSchema } from './mirror-ddl.ts';

/** A relation as the planner sizes it. */
export interface MirrorRelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `f` is a foreign table. */
  readonly kind: 'r' | 'm' | 'p' | 'i' | 'I' | 'f';
  readonly method: string | null;
  readonly pages: number;
  /** -1 when it was never analyzed. */
  readonly rows: number;
  readonly allVisiblePages: number;
  readonly allFrozenPages: number | null;
  /** Null for partitioned relations. */
  readonly fileBlocks: number | null;
  readonly tableSchema: string | null;
  readonly tableName: string | null;
  /** Whether ANALYZE keeps statistics of it: any table, and an index with expressions. */
  readonly hasStatistics: boolean;
  /** Whether the role may read the table's columns; true for indexes. */
  readonly isReadable: boolean;
  /** Whether row-level security stands between the role and the table. */
  readonly isUnderPolicy: boolean;
}

const relations = (frozen: string): string => `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  c.relkind::text as "kind",
  a.amname::text as "method",
  c.relpages as "pages",
  c.reltuples::float8 as "rows",
  c.relallvisible as "allVisiblePages",
  ${frozen} as "allFrozenPages",
  case
    when c.relkind in ('r', 'm', 'i') then coalesce(
      pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int, c.relpages)
    when c.relkind = 'f' then c.relpages
  end::float8 as "fileBlocks",
  tn.nspname::text as "tableSchema",
  t.relname::text as "tableName",
  c.relkind not in ('i', 'I') or c."hasExpressions" as "hasStatistics",
  c.relkind in ('i', 'I') or pg_catalog.has_table_privilege(c.oid, 'select') as "isReadable",
  c.relrowsecurity and pg_catalog.row_security_active(c.oid) as "isUnderPolicy"
from (
  select r.*, x.indrelid, x.indexprs is not null as "hasExpressions"
  from pg_catalog.pg_class r
  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
  left join pg_catalog.pg_index x on x.indexrelid = r.oid
  where r.oid > $1::oid
    and r.relkind in ('r', 'm', 'p', 'i', 'I', 'f')
    and r.relpersistence <> 't'
    and ${userSchema('rn')}
    and r.oid <> all ($3::oid[])
    and (x.indrelid is null or x.indrelid <> all ($3::oid[]))
  order by r.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am a on a.oid = c.relam
left join pg_catalog.pg_class t on t.oid = c.indrelid
left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
order by c.oid`;

export const mirrorRelationsQuery: CatalogQuery<MirrorRelationRow> = defineCatalogQuery({
  id: 'catalog/mirror-relations',
  summary: 'Pages, rows and true file lengths of tables and indexes, for the shadow; leaves locked ones out.',
  source: 'PostgreSQL docs 51.11 "pg_class"; src/backend/optimizer/util/plancat.c, estimate_rel_size',
  scope: 'database',
  timeoutMs: 30_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [
    { since: { server: 140_000 }, sql: relations('null::int') },
    { since: { server: 180_000 }, sql: relations('c.relallfrozen') },
  ],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    kind: z.enum(['r', 'm', 'p', 'i', 'I', 'f']),
    method: textOrNull,
    pages: number,
    rows: number,
    allVisiblePages: number,
    allFrozenPages: numberOrNull,
    fileBlocks: numberOrNull,
    tableSchema: textOrNull,
    tableName: textOrNull,
    hasStatistics: flag,
    isReadable: flag,
    isUnderPolicy: flag,
  }),
});
