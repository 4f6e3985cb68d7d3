import * as z from 'zod';
import { number, time, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Cumulative counters of the write-ahead log. */
export interface WalRow {
  readonly now: Date;
  readonly records: number;
  readonly fullPageImages: number;
  readonly bytes: number;
  /** Times that WAL was written because wal_buffers was full. */
  readonly buffersFull: number;
  readonly statsReset: Date | null;
}

const sql = `
select
  clock_timestamp() as "now",
  w.wal_records::float8 as "records",
  w.wal_fpi::float8 as "fullPageImages",
  w.wal_bytes::float8 as "bytes",
  w.wal_buffers_full::float8 as "buffersFull",
  w.stats_reset as "statsReset"
from pg_catalog.pg_stat_wal w`;

export const walQuery: CatalogQuery<WalRow> = defineCatalogQuery({
  id: 'catalog/wal',
  summary: 'How much WAL was written, and how often for want of buffers.',
  source: 'PostgreSQL docs 27.2.16 "pg_stat_wal"',
  scope: 'instance',
  variants: [{ since: { server: 140_000, columns: { pg_stat_wal: ['wal_records'] } }, sql }],
  row: z.object({
    now: time,
    records: number,
    fullPageImages: number,
    bytes: number,
    buffersFull: number,
    statsReset: timeOrNull,
  }),
});
