import * as z from 'zod';
import { flag, number, numberOrNull, numbers, text, textOrNull, texts, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** One index with its structure and cumulative counters. */
export interface IndexRow {
  readonly oid: number;
  readonly tableOid: number;
  readonly schema: string;
  readonly name: string;
  readonly tableName: string;
  /** Access method: `btree`, `gin` … */
  readonly method: string;
  /**
   * Key columns, then INCLUDE columns; the empty string stands for an expression. Empty for an index attached to a
   * parent's, whose columns are the parent's.
   */
  readonly columns: readonly string[];
  /** Column numbers in the same order; 0 stands for an expression. */
  readonly columnNumbers: readonly number[];
  readonly keyColumnCount: number;
  /** Operator class of each key column, by object id. */
  readonly operatorClasses: readonly number[];
  /** Collation of each key column, by object id; 0 where none. */
  readonly collations: readonly number[];
  /** Bits per key column: 1 descending, 2 nulls first. */
  readonly orderings: readonly number[];
  /** Expressions as PostgreSQL stores them; equal text means equal expressions. */
  readonly expressionTree: string | null;
  /** Predicate of a partial index as PostgreSQL stores it; equal text means equal predicates. */
  readonly predicateTree: string | null;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isExclusion: boolean;
  /** Nulls count as equal in a unique index (PostgreSQL 15+). */
  readonly isNullsNotDistinct: boolean;
  /** False for a deferrable constraint, which is checked at the end of the statement or transaction. */
  readonly isImmediate: boolean;
  readonly isValid: boolean;
  readonly isReady: boolean;
  readonly isReplicaIdentity: boolean;
  /** Index of a partitioned table: it holds no rows itself. */
  readonly isPartitioned: boolean;
  /** Index of the partitioned table that it is attached to. */
  readonly parentOid: number | null;
  readonly isBeingBuilt: boolean;
  /** Constraint that it backs. */
  readonly constraintName: string | null;
  /** A foreign key of another table depends on it. */
  readonly isReferenced: boolean;
  readonly options: readonly string[];
  /** Complete CREATE INDEX; null while its table is locked, and for an index attached to a parent's. */
  readonly definition: string | null;
  readonly estimatedPages: number;
  readonly estimatedRows: number | null;
  readonly scans: number;
  readonly entriesRead: number;
  readonly rowsFetched: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  /** Last scan (PostgreSQL 16+), else null. */
  readonly lastScan: Date | null;
}

/**
 * The whole statement; only two columns differ between versions. Before PostgreSQL 17 stored trees tell where in
 * the statement each node stood, which says nothing about the index.
 */
const sql = (nullsNotDistinct: string, lastScan: string): string => `
select
  c.oid as "oid",
  i.indrelid as "tableOid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  t.relname::text as "tableName",
  m.amname::text as "method",
  case when p.inhparent is null then array(
    select coalesce(a.attname::text, '')
    from pg_catalog.unnest(i.indkey::int2[]) with ordinality k(attnum, position)
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum <> 0
    order by k.position
  ) else '{}' end as "columns",
  i.indkey::int2[]::int[] as "columnNumbers",
  i.indnkeyatts::int as "keyColumnCount",
  i.indclass::oid[] as "operatorClasses",
  i.indcollation::oid[] as "collations",
  i.indoption::int2[]::int[] as "orderings",
  regexp_replace(i.indexprs::text, ':location -?\\d+', ':location -1', 'g') as "expressionTree",
  regexp_replace(i.indpred::text, ':location -?\\d+', ':location -1', 'g') as "predicateTree",
  i.indisunique as "isUnique",
  i.indisprimary as "isPrimary",
  i.indisexclusion as "isExclusion",
  ${nullsNotDistinct} as "isNullsNotDistinct",
  i.indimmediate as "isImmediate",
  i.indisvalid as "isValid",
  i.indisready as "isReady",
  i.indisreplident as "isReplicaIdentity",
  c.relkind = 'I' as "isPartitioned",
  p.inhparent as "parentOid",
  exists (select from pg_catalog.pg_stat_progress_create_index b where b.index_relid = c.oid) as "isBeingBuilt",
  k.conname::text as "constraintName",
  c.oid in (select f.conindid from pg_catalog.pg_constraint f where f.contype = 'f') as "isReferenced",
  coalesce(c.reloptions, '{}')::text[] as "options",
  case when p.inhparent is null and i.indrelid <> all ($3::oid[]) and c.oid <> all ($3::oid[])
    then pg_catalog.pg_get_indexdef(c.oid) end as "definition",
  c.relpages as "estimatedPages",
  nullif(c.reltuples, -1)::float8 as "estimatedRows",
  pg_catalog.pg_stat_get_numscans(c.oid)::float8 as "scans",
  pg_catalog.pg_stat_get_tuples_returned(c.oid)::float8 as "entriesRead",
  pg_catalog.pg_stat_get_tuples_fetched(c.oid)::float8 as "rowsFetched",
  (pg_catalog.pg_stat_get_blocks_fetched(c.oid) - pg_catalog.pg_stat_get_blocks_hit(c.oid))::float8 as "blocksRead",
  pg_catalog.pg_stat_get_blocks_hit(c.oid)::float8 as "blocksHit",
  ${lastScan} as "lastScan"
from (
  select r.*
  from pg_catalog.pg_class r
  where r.oid > $1::oid
    and r.relkind in ('i', 'I')
    and r.relpersistence <> 't'
    and r.relnamespace not in (${SYSTEM_SCHEMAS})
  order by r.oid
  limit $2
) c
join pg_catalog.pg_index i on i.indexrelid = c.oid
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_am m on m.oid = c.relam
left join pg_catalog.pg_inherits p on p.inhrelid = c.oid
left join pg_catalog.pg_constraint k
  on k.conrelid = i.indrelid and k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
order by c.oid`;

export const indexesQuery: CatalogQuery<IndexRow> = defineCatalogQuery({
  id: 'catalog/indexes',
  summary: 'Indexes with structure, definition and use; reads no definition of a locked table.',
  source: 'PostgreSQL docs 51.26 "pg_index", 27.2.20 "pg_stat_all_indexes"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [
    { since: { server: 140_000 }, sql: sql('false', 'null::timestamptz') },
    { since: { server: 150_000 }, sql: sql('i.indnullsnotdistinct', 'null::timestamptz') },
    {
      since: { server: 160_000 },
      sql: sql('i.indnullsnotdistinct', 'pg_catalog.pg_stat_get_lastscan(c.oid)'),
    },
  ],
  row: z.object({
    oid: number,
    tableOid: number,
    schema: text,
    name: text,
    tableName: text,
    method: text,
    columns: texts,
    columnNumbers: numbers,
    keyColumnCount: number,
    operatorClasses: numbers,
    collations: numbers,
    orderings: numbers,
    expressionTree: textOrNull,
    predicateTree: textOrNull,
    isUnique: flag,
    isPrimary: flag,
    isExclusion: flag,
    isNullsNotDistinct: flag,
    isImmediate: flag,
    isValid: flag,
    isReady: flag,
    isReplicaIdentity: flag,
    isPartitioned: flag,
    parentOid: numberOrNull,
    isBeingBuilt: flag,
    constraintName: textOrNull,
    isReferenced: flag,
    options: texts,
    definition: textOrNull,
    estimatedPages: number,
    estimatedRows: numberOrNull,
    scans: number,
    entriesRead: number,
    rowsFetched: number,
    blocksRead: number,
    blocksHit: number,
    lastScan: timeOrNull,
  }),
});
