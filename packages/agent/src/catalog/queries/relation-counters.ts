import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** Cumulative counters of one table, for reading each minute: no sizes, no locks. */
export interface TableCountersRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly sequentialScans: number;
  readonly sequentialRows: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsHotUpdated: number;
  readonly rowsDeleted: number;
  readonly heapBlocksRead: number;
  readonly heapBlocksHit: number;
  readonly toastBlocksRead: number;
  readonly vacuums: number;
  readonly autovacuums: number;
  readonly analyzes: number;
  /** States, no counters. */
  readonly liveRows: number;
  readonly deadRows: number;
  readonly modifiedSinceAnalyze: number;
}

const tablesSql = `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  pg_catalog.pg_stat_get_numscans(c.oid)::float8 as "sequentialScans",
  pg_catalog.pg_stat_get_tuples_returned(c.oid)::float8 as "sequentialRows",
  pg_catalog.pg_stat_get_tuples_inserted(c.oid)::float8 as "rowsInserted",
  pg_catalog.pg_stat_get_tuples_updated(c.oid)::float8 as "rowsUpdated",
  pg_catalog.pg_stat_get_tuples_hot_updated(c.oid)::float8 as "rowsHotUpdated",
  pg_catalog.pg_stat_get_tuples_deleted(c.oid)::float8 as "rowsDeleted",
  (pg_catalog.pg_stat_get_blocks_fetched(c.oid) - pg_catalog.pg_stat_get_blocks_hit(c.oid))::float8 as "heapBlocksRead",
  pg_catalog.pg_stat_get_blocks_hit(c.oid)::float8 as "heapBlocksHit",
  coalesce(pg_catalog.pg_stat_get_blocks_fetched(nullif(c.reltoastrelid, 0))
    - pg_catalog.pg_stat_get_blocks_hit(nullif(c.reltoastrelid, 0)), 0)::float8 as "toastBlocksRead",
  pg_catalog.pg_stat_get_vacuum_count(c.oid)::float8 as "vacuums",
  pg_catalog.pg_stat_get_autovacuum_count(c.oid)::float8 as "autovacuums",
  (pg_catalog.pg_stat_get_analyze_count(c.oid) + pg_catalog.pg_stat_get_autoanalyze_count(c.oid))::float8 as "analyzes",
  pg_catalog.pg_stat_get_live_tuples(c.oid)::float8 as "liveRows",
  pg_catalog.pg_stat_get_dead_tuples(c.oid)::float8 as "deadRows",
  pg_catalog.pg_stat_get_mod_since_analyze(c.oid)::float8 as "modifiedSinceAnalyze"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid > $1::oid
  and c.relkind in ('r', 'm')
  and c.relpersistence <> 't'
  and n.oid not in (${SYSTEM_SCHEMAS})
order by c.oid
limit $2`;

export const tableCountersQuery: CatalogQuery<TableCountersRow> = defineCatalogQuery({
  id: 'catalog/table-counters',
  summary: 'Counters of tables, read each minute for their growth; opens no table.',
  source: 'PostgreSQL docs 27.2.19 "pg_stat_all_tables"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows'],
  variants: [{ since: { server: 140_000 }, sql: tablesSql }],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    sequentialScans: number,
    sequentialRows: number,
    rowsInserted: number,
    rowsUpdated: number,
    rowsHotUpdated: number,
    rowsDeleted: number,
    heapBlocksRead: number,
    heapBlocksHit: number,
    toastBlocksRead: number,
    vacuums: number,
    autovacuums: number,
    analyzes: number,
    liveRows: number,
    deadRows: number,
    modifiedSinceAnalyze: number,
  }),
});

/** Cumulative counters of one index. */
export interface IndexCountersRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly tableOid: number;
  readonly scans: number;
  readonly rowsRead: number;
  readonly rowsFetched: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
}

const indexesSql = `
select
  i.indexrelid as "oid",
  n.nspname::text as "schema",
  x.relname::text as "name",
  t.relname::text as "table",
  i.indrelid as "tableOid",
  pg_catalog.pg_stat_get_numscans(x.oid)::float8 as "scans",
  pg_catalog.pg_stat_get_tuples_returned(x.oid)::float8 as "rowsRead",
  pg_catalog.pg_stat_get_tuples_fetched(x.oid)::float8 as "rowsFetched",
  (pg_catalog.pg_stat_get_blocks_fetched(x.oid) - pg_catalog.pg_stat_get_blocks_hit(x.oid))::float8 as "blocksRead",
  pg_catalog.pg_stat_get_blocks_hit(x.oid)::float8 as "blocksHit"
from pg_catalog.pg_index i
join pg_catalog.pg_class x on x.oid = i.indexrelid
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = x.relnamespace
where i.indexrelid > $1::oid
  and x.relkind = 'i'
  and t.relkind in ('r', 'm')
  and x.relpersistence <> 't'
  and n.oid not in (${SYSTEM_SCHEMAS})
order by i.indexrelid
limit $2`;

export const indexCountersQuery: CatalogQuery<IndexCountersRow> = defineCatalogQuery({
  id: 'catalog/index-counters',
  summary: 'Counters of indexes, read each minute for their growth; opens no index.',
  source: 'PostgreSQL docs 27.2.20 "pg_stat_all_indexes"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows'],
  variants: [{ since: { server: 140_000 }, sql: indexesSql }],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    table: text,
    tableOid: number,
    scans: number,
    rowsRead: number,
    rowsFetched: number,
    blocksRead: number,
    blocksHit: number,
  }),
});
