import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How far a build of an index has come. */
export interface IndexBuildProgressRow {
  /** `building index: scanning table`, `waiting for old snapshots` … */
  readonly phase: string;
  readonly blocksDone: number;
  readonly blocks: number;
  readonly rowsDone: number;
  readonly rows: number;
  /** Transactions that it waits for, and those that ended already. */
  readonly lockersDone: number;
  readonly lockers: number;
}

const sql = `
select
  p.phase as "phase",
  p.blocks_done::float8 as "blocksDone",
  p.blocks_total::float8 as "blocks",
  p.tuples_done::float8 as "rowsDone",
  p.tuples_total::float8 as "rows",
  p.lockers_done::float8 as "lockersDone",
  p.lockers_total::float8 as "lockers"
from pg_catalog.pg_stat_progress_create_index p
where p.pid = $1`;

export const indexBuildProgressQuery: CatalogQuery<IndexBuildProgressRow> = defineCatalogQuery({
  id: 'catalog/index-build-progress',
  summary: 'How far the build of an index by one session has come.',
  source: 'PostgreSQL docs 27.4.4 "CREATE INDEX Progress Reporting"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'database',
  parameters: ['process id of the session that builds'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    phase: text,
    blocksDone: number,
    blocks: number,
    rowsDone: number,
    rows: number,
    lockersDone: number,
    lockers: number,
  }),
});
