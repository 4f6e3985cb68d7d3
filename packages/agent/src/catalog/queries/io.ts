import * as z from 'zod';
import { number, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** Cumulative I/O of one kind of process on one kind of object. */
export interface IoRow {
  readonly backendType: string;
  /** `relation`, `temp relation`, `wal`. */
  readonly object: string;
  /** `normal`, `vacuum`, `bulkread`, `bulkwrite`, `init`. */
  readonly context: string;
  readonly reads: number;
  readonly readBytes: number;
  readonly readMs: number;
  readonly writes: number;
  readonly writeBytes: number;
  readonly writeMs: number;
  readonly extends: number;
  readonly hits: number;
  readonly evictions: number;
  readonly fsyncs: number;
}

/** The whole statement; PostgreSQL 18 counts bytes itself and dropped op_bytes. */
const sql = (readBytes: string, writeBytes: string): string => `
select
  i.backend_type as "backendType",
  i.object as "object",
  i.context as "context",
  coalesce(i.reads, 0)::float8 as "reads",
  coalesce(${readBytes}, 0)::float8 as "readBytes",
  coalesce(i.read_time, 0)::float8 as "readMs",
  coalesce(i.writes, 0)::float8 as "writes",
  coalesce(${writeBytes}, 0)::float8 as "writeBytes",
  coalesce(i.write_time, 0)::float8 as "writeMs",
  coalesce(i.extends, 0)::float8 as "extends",
  coalesce(i.hits, 0)::float8 as "hits",
  coalesce(i.evictions, 0)::float8 as "evictions",
  coalesce(i.fsyncs, 0)::float8 as "fsyncs"
from pg_catalog.pg_stat_io i
order by 1, 2, 3`;

export const ioQuery: CatalogQuery<IoRow> = defineCatalogQuery({
  id: 'catalog/io',
  summary: 'I/O by kind of process, object and context (PostgreSQL 16+).',
  source: 'PostgreSQL docs 27.2.13 "pg_stat_io"',
  scope: 'instance',
  variants: [
    {
      since: { server: 160_000, columns: { pg_stat_io: ['op_bytes'] } },
      sql: sql('i.reads * i.op_bytes', 'i.writes * i.op_bytes'),
    },
    {
      since: { server: 180_000, columns: { pg_stat_io: ['read_bytes', 'write_bytes'] } },
      sql: sql('i.read_bytes', 'i.write_bytes'),
    },
  ],
  row: z.object({
    backendType: text,
    object: text,
    context: text,
    reads: number,
    readBytes: number,
    readMs: number,
    writes: number,
    writeBytes: number,
    writeMs: number,
    extends: number,
    hits: number,
    evictions: number,
    fsyncs: number,
  }),
});
