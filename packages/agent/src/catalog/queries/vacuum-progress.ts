import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One vacuum that is running in this database. */
export interface VacuumProgressRow {
  readonly pid: number;
  readonly tableOid: number;
  /** Null for a table that is gone by now. */
  readonly schema: string | null;
  readonly name: string | null;
  readonly phase: string;
  readonly heapBlocks: number;
  readonly heapBlocksScanned: number;
  readonly heapBlocksVacuumed: number;
  /** Null without the right to see it. */
  readonly durationMs: number | null;
  readonly isAutovacuum: boolean;
  /** Whether it was forced to keep transaction ids from running out. */
  readonly isToPreventWraparound: boolean;
}

const sql = `
select
  v.pid as "pid",
  v.relid as "tableOid",
  n.nspname as "schema",
  c.relname as "name",
  coalesce(v.phase, '') as "phase",
  coalesce(v.heap_blks_total, 0)::float8 as "heapBlocks",
  coalesce(v.heap_blks_scanned, 0)::float8 as "heapBlocksScanned",
  coalesce(v.heap_blks_vacuumed, 0)::float8 as "heapBlocksVacuumed",
  extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 * 1000 as "durationMs",
  coalesce(a.query like 'autovacuum: %', false) as "isAutovacuum",
  coalesce(a.query like 'autovacuum: %(to prevent wraparound)', false) as "isToPreventWraparound"
from pg_catalog.pg_stat_progress_vacuum v
left join pg_catalog.pg_stat_activity a on a.pid = v.pid
left join pg_catalog.pg_class c on c.oid = v.relid
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where v.datname = pg_catalog.current_database()
order by v.pid`;

export const vacuumProgressQuery: CatalogQuery<VacuumProgressRow> = defineCatalogQuery({
  id: 'catalog/vacuum-progress',
  summary: 'Vacuums that are running.',
  source: 'PostgreSQL docs 27.4.5 "VACUUM Progress Reporting"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'database',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    pid: number,
    tableOid: number,
    schema: textOrNull,
    name: textOrNull,
    phase: text,
    heapBlocks: number,
    heapBlocksScanned: number,
    heapBlocksVacuumed: number,
    durationMs: numberOrNull,
    isAutovacuum: flag,
    isToPreventWraparound: flag,
  }),
});
