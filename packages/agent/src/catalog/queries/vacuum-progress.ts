import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One vacuum that is running in this database. */
export interface VacuumProgressRow {
  readonly pid: number;
  readonly tableOid: number;
  readonly phase: string;
  readonly heapBlocks: number;
  readonly heapBlocksVacuumed: number;
}

const sql = `
select
  v.pid as "pid",
  v.relid as "tableOid",
  coalesce(v.phase, '') as "phase",
  coalesce(v.heap_blks_total, 0)::float8 as "heapBlocks",
  coalesce(v.heap_blks_vacuumed, 0)::float8 as "heapBlocksVacuumed"
from pg_catalog.pg_stat_progress_vacuum v
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
    phase: text,
    heapBlocks: number,
    heapBlocksVacuumed: number,
  }),
});
