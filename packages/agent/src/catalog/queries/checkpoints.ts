import * as z from 'zod';
import { number, numberOrNull, time, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Cumulative counters of checkpoints and of who writes dirty buffers. */
export interface CheckpointsRow {
  readonly now: Date;
  /** Checkpoints begun because checkpoint_timeout passed. */
  readonly timed: number;
  /** Checkpoints begun because WAL reached max_wal_size, or on request. */
  readonly requested: number;
  readonly writeMs: number;
  readonly syncMs: number;
  /** Buffers written by checkpoints, by the background writer, and by sessions themselves. */
  readonly checkpointBuffers: number;
  readonly cleanerBuffers: number;
  /** Null on PostgreSQL 17+, which moved it to pg_stat_io. */
  readonly sessionBuffers: number | null;
  readonly cleanerStops: number;
  readonly statsReset: Date | null;
}

const sql14 = `
select
  clock_timestamp() as "now",
  b.checkpoints_timed::float8 as "timed",
  b.checkpoints_req::float8 as "requested",
  b.checkpoint_write_time as "writeMs",
  b.checkpoint_sync_time as "syncMs",
  b.buffers_checkpoint::float8 as "checkpointBuffers",
  b.buffers_clean::float8 as "cleanerBuffers",
  b.buffers_backend::float8 as "sessionBuffers",
  b.maxwritten_clean::float8 as "cleanerStops",
  b.stats_reset as "statsReset"
from pg_catalog.pg_stat_bgwriter b`;

const sql17 = `
select
  clock_timestamp() as "now",
  c.num_timed::float8 as "timed",
  c.num_requested::float8 as "requested",
  c.write_time as "writeMs",
  c.sync_time as "syncMs",
  c.buffers_written::float8 as "checkpointBuffers",
  b.buffers_clean::float8 as "cleanerBuffers",
  null::float8 as "sessionBuffers",
  b.maxwritten_clean::float8 as "cleanerStops",
  c.stats_reset as "statsReset"
from pg_catalog.pg_stat_checkpointer c
cross join pg_catalog.pg_stat_bgwriter b`;

export const checkpointsQuery: CatalogQuery<CheckpointsRow> = defineCatalogQuery({
  id: 'catalog/checkpoints',
  summary: 'Checkpoints, timed and requested, and the buffers that they and the background writer wrote.',
  source: 'PostgreSQL docs 27.2.14 "pg_stat_bgwriter", 27.2.15 "pg_stat_checkpointer"',
  scope: 'instance',
  variants: [
    { since: { server: 140_000, columns: { pg_stat_bgwriter: ['checkpoints_timed'] } }, sql: sql14 },
    { since: { server: 170_000, columns: { pg_stat_checkpointer: ['num_timed'] } }, sql: sql17 },
  ],
  row: z.object({
    now: time,
    timed: number,
    requested: number,
    writeMs: number,
    syncMs: number,
    checkpointBuffers: number,
    cleanerBuffers: number,
    sessionBuffers: numberOrNull,
    cleanerStops: number,
    statsReset: timeOrNull,
  }),
});
