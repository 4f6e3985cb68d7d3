import * as z from 'zod';
import { flag, number, numberOrNull, text, texts, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** One table, partitioned table, partition or materialized view, with its cumulative counters. */
export interface TableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned' | 'matview';
  readonly isPartition: boolean;
  /** Partitioned table or inheritance parent that it belongs to. */
  readonly parentOid: number | null;
  readonly persistence: 'permanent' | 'unlogged';
  /** Rows and pages as of the last vacuum or analyze; rows null when never counted. */
  readonly estimatedRows: number | null;
  readonly estimatedPages: number;
  readonly allVisiblePages: number;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly modifiedSinceAnalyze: number;
  readonly insertedSinceVacuum: number;
  readonly sequentialScans: number;
  /** Rows read by sequential scans. */
  readonly sequentialRowsRead: number;
  readonly indexScans: number;
  /** Rows fetched through indexes. */
  readonly indexRowsFetched: number;
  readonly insertedRows: number;
  readonly updatedRows: number;
  readonly deletedRows: number;
  /** Updated rows that needed no new index entry. */
  readonly hotUpdatedRows: number;
  /** Updated rows whose new version went to another page (PostgreSQL 16+), else null. */
  readonly newPageUpdatedRows: number | null;
  readonly heapBlocksRead: number;
  readonly heapBlocksHit: number;
  readonly indexBlocksRead: number;
  readonly indexBlocksHit: number;
  readonly toastBlocksRead: number;
  readonly toastBlocksHit: number;
  readonly lastVacuum: Date | null;
  readonly lastAutovacuum: Date | null;
  readonly lastAnalyze: Date | null;
  readonly lastAutoanalyze: Date | null;
  /** Age of the oldest unfrozen transaction id, in transactions; null for a partitioned table. */
  readonly xidAge: number | null;
  readonly multixactAge: number | null;
  /** Storage parameters such as `autovacuum_enabled=false`. */
  readonly options: readonly string[];
  readonly columnCount: number;
  readonly hasPrimaryKey: boolean;
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  readonly toastOid: number | null;
  readonly indexCount: number;
  /**
   * Transaction that last wrote the row of a filled materialized view in pg_class, else null. Each REFRESH does, whether
   * or not it is CONCURRENTLY and finds other rows; so do VACUUM FULL, ALTER and GRANT. VACUUM, ANALYZE and REINDEX do not.
   */
  readonly refreshXid: number | null;
}

/** The whole statement; PostgreSQL 16 added updates that found no room on their page. */
const sql = (newPageUpdates: string): string => `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  case c.relkind when 'r' then 'table' when 'p' then 'partitioned' else 'matview' end as "kind",
  c.relispartition as "isPartition",
  (select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = c.oid order by i.inhseqno limit 1) as "parentOid",
  case c.relpersistence when 'u' then 'unlogged' else 'permanent' end as "persistence",
  nullif(c.reltuples, -1)::float8 as "estimatedRows",
  c.relpages as "estimatedPages",
  c.relallvisible as "allVisiblePages",
  pg_catalog.pg_stat_get_live_tuples(c.oid)::float8 as "liveRows",
  pg_catalog.pg_stat_get_dead_tuples(c.oid)::float8 as "deadRows",
  pg_catalog.pg_stat_get_mod_since_analyze(c.oid)::float8 as "modifiedSinceAnalyze",
  pg_catalog.pg_stat_get_ins_since_vacuum(c.oid)::float8 as "insertedSinceVacuum",
  pg_catalog.pg_stat_get_numscans(c.oid)::float8 as "sequentialScans",
  pg_catalog.pg_stat_get_tuples_returned(c.oid)::float8 as "sequentialRowsRead",
  x.scans as "indexScans",
  x.fetched + pg_catalog.pg_stat_get_tuples_fetched(c.oid)::float8 as "indexRowsFetched",
  pg_catalog.pg_stat_get_tuples_inserted(c.oid)::float8 as "insertedRows",
  pg_catalog.pg_stat_get_tuples_updated(c.oid)::float8 as "updatedRows",
  pg_catalog.pg_stat_get_tuples_deleted(c.oid)::float8 as "deletedRows",
  pg_catalog.pg_stat_get_tuples_hot_updated(c.oid)::float8 as "hotUpdatedRows",
  ${newPageUpdates} as "newPageUpdatedRows",
  (pg_catalog.pg_stat_get_blocks_fetched(c.oid) - pg_catalog.pg_stat_get_blocks_hit(c.oid))::float8 as "heapBlocksRead",
  pg_catalog.pg_stat_get_blocks_hit(c.oid)::float8 as "heapBlocksHit",
  x.blocks_read as "indexBlocksRead",
  x.blocks_hit as "indexBlocksHit",
  coalesce(pg_catalog.pg_stat_get_blocks_fetched(nullif(c.reltoastrelid, 0))
    - pg_catalog.pg_stat_get_blocks_hit(nullif(c.reltoastrelid, 0)), 0)::float8 as "toastBlocksRead",
  coalesce(pg_catalog.pg_stat_get_blocks_hit(nullif(c.reltoastrelid, 0)), 0)::float8 as "toastBlocksHit",
  pg_catalog.pg_stat_get_last_vacuum_time(c.oid) as "lastVacuum",
  pg_catalog.pg_stat_get_last_autovacuum_time(c.oid) as "lastAutovacuum",
  pg_catalog.pg_stat_get_last_analyze_time(c.oid) as "lastAnalyze",
  pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid) as "lastAutoanalyze",
  case when c.relfrozenxid <> '0'::xid then pg_catalog.age(c.relfrozenxid) end as "xidAge",
  case when c.relminmxid <> '0'::xid then pg_catalog.mxid_age(c.relminmxid) end as "multixactAge",
  coalesce(c.reloptions, '{}')::text[] as "options",
  c.relnatts::int as "columnCount",
  x.has_primary_key as "hasPrimaryKey",
  case c.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' else 'default' end
    as "replicaIdentity",
  nullif(c.reltoastrelid, 0) as "toastOid",
  x.index_count as "indexCount",
  case when c.relkind = 'm' and c.relispopulated then c.row_xid::text::float8 end as "refreshXid"
from (
  select r.*, r.xmin as row_xid
  from pg_catalog.pg_class r
  where r.oid > $1::oid
    and r.relkind in ('r', 'p', 'm')
    and r.relpersistence <> 't'
    and r.relnamespace not in (${SYSTEM_SCHEMAS})
  order by r.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select
    coalesce(sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)), 0)::float8 as scans,
    coalesce(sum(pg_catalog.pg_stat_get_tuples_fetched(i.indexrelid)), 0)::float8 as fetched,
    coalesce(sum(pg_catalog.pg_stat_get_blocks_fetched(i.indexrelid)
      - pg_catalog.pg_stat_get_blocks_hit(i.indexrelid)), 0)::float8 as blocks_read,
    coalesce(sum(pg_catalog.pg_stat_get_blocks_hit(i.indexrelid)), 0)::float8 as blocks_hit,
    coalesce(bool_or(i.indisprimary), false) as has_primary_key,
    count(*)::int as index_count
  from pg_catalog.pg_index i
  where i.indrelid = c.oid
) x
order by c.oid`;

export const tablesQuery: CatalogQuery<TableRow> = defineCatalogQuery({
  id: 'catalog/tables',
  summary: 'Tables and materialized views with cumulative counters; takes no lock on any of them.',
  source: 'PostgreSQL docs 27.2.19 "pg_stat_all_tables", 51.11 "pg_class"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows'],
  variants: [
    { since: { server: 140_000 }, sql: sql('null::float8') },
    {
      since: { server: 160_000 },
      sql: sql('pg_catalog.pg_stat_get_tuples_newpage_updated(c.oid)::float8'),
    },
  ],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    kind: z.enum(['table', 'partitioned', 'matview']),
    isPartition: flag,
    parentOid: numberOrNull,
    persistence: z.enum(['permanent', 'unlogged']),
    estimatedRows: numberOrNull,
    estimatedPages: number,
    allVisiblePages: number,
    liveRows: number,
    deadRows: number,
    modifiedSinceAnalyze: number,
    insertedSinceVacuum: number,
    sequentialScans: number,
    sequentialRowsRead: number,
    indexScans: number,
    indexRowsFetched: number,
    insertedRows: number,
    updatedRows: number,
    deletedRows: number,
    hotUpdatedRows: number,
    newPageUpdatedRows: numberOrNull,
    heapBlocksRead: number,
    heapBlocksHit: number,
    indexBlocksRead: number,
    indexBlocksHit: number,
    toastBlocksRead: number,
    toastBlocksHit: number,
    lastVacuum: timeOrNull,
    lastAutovacuum: timeOrNull,
    lastAnalyze: timeOrNull,
    lastAutoanalyze: timeOrNull,
    xidAge: numberOrNull,
    multixactAge: numberOrNull,
    options: texts,
    columnCount: number,
    hasPrimaryKey: flag,
    replicaIdentity: z.enum(['default', 'nothing', 'full', 'index']),
    toastOid: numberOrNull,
    indexCount: number,
    refreshXid: numberOrNull,
  }),
});
