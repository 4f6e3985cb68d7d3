import * as z from 'zod';
import { flag, number, statementTextOrNull, text, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery, type QueryVariant } from '../define-query.ts';

/** Cumulative counters of one statement in this database, summed over users and nesting levels. */
export interface StatementRow {
  /** PostgreSQL's `queryid` as text (it does not fit a double). */
  readonly queryId: string;
  /** First 4,000 characters of the normalised text; null when PostgreSQL lost or hides it. */
  readonly query: string | null;
  readonly queryLength: number;
  /** True for statements of pgsteward itself. */
  readonly isOwn: boolean;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Standard deviation over all calls, in milliseconds. */
  readonly stddevMs: number;
  /** Zero unless pg_stat_statements.track_planning is on. */
  readonly planMs: number;
  /** Rows returned or changed. */
  readonly rows: number;
  readonly sharedBlocksHit: number;
  readonly sharedBlocksRead: number;
  readonly sharedBlocksDirtied: number;
  readonly sharedBlocksWritten: number;
  readonly tempBlocksRead: number;
  readonly tempBlocksWritten: number;
  /** Time reading and writing data blocks; zero unless track_io_timing is on. */
  readonly blockReadMs: number;
  readonly blockWriteMs: number;
  readonly walBytes: number;
  /** When counting began for this entry (pg_stat_statements 1.11+), else null. */
  readonly statsSince: Date | null;
}

/** Version 1.11 renamed the block times and added stats_since. The text limit keeps 5,000 statements of any length within a few megabytes. */
const sql = (readTime: string, writeTime: string, statsSince: string, isWithText: boolean): string => `
select
  s.queryid::text as "queryId",
  left(max(s.query), 4000) as "query",
  coalesce(max(length(s.query)), 0) as "queryLength",
  coalesce(bool_or(s.query like '%/* pgsteward:%'), false) as "isOwn",
  sum(s.calls)::float8 as "calls",
  sum(s.total_exec_time) as "totalMs",
  sum(s.total_exec_time) / greatest(sum(s.calls), 1)::float8 as "meanMs",
  min(s.min_exec_time) as "minMs",
  max(s.max_exec_time) as "maxMs",
  sqrt(greatest(0, sum(s.calls * (s.stddev_exec_time ^ 2 + s.mean_exec_time ^ 2)) / greatest(sum(s.calls), 1)::float8
    - (sum(s.total_exec_time) / greatest(sum(s.calls), 1)::float8) ^ 2)) as "stddevMs",
  sum(s.total_plan_time) as "planMs",
  sum(s.rows)::float8 as "rows",
  sum(s.shared_blks_hit)::float8 as "sharedBlocksHit",
  sum(s.shared_blks_read)::float8 as "sharedBlocksRead",
  sum(s.shared_blks_dirtied)::float8 as "sharedBlocksDirtied",
  sum(s.shared_blks_written)::float8 as "sharedBlocksWritten",
  sum(s.temp_blks_read)::float8 as "tempBlocksRead",
  sum(s.temp_blks_written)::float8 as "tempBlocksWritten",
  sum(${readTime}) as "blockReadMs",
  sum(${writeTime}) as "blockWriteMs",
  sum(s.wal_bytes)::float8 as "walBytes",
  ${statsSince} as "statsSince"
from {extension}.pg_stat_statements(${isWithText}) s
where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and s.queryid is not null
group by s.queryid`;

function variants(isWithText: boolean): readonly QueryVariant[] {
  return [
    {
      since: { server: 140_000, extension: '1.8' },
      sql: sql('s.blk_read_time', 's.blk_write_time', 'null::timestamptz', isWithText),
    },
    {
      since: { server: 140_000, extension: '1.11' },
      sql: sql('s.shared_blk_read_time', 's.shared_blk_write_time', 'min(s.stats_since)', isWithText),
    },
  ];
}

export const statementsQuery: CatalogQuery<StatementRow> = defineCatalogQuery({
  id: 'catalog/statements',
  summary: 'Cumulative counters of every statement in this database.',
  source: 'PostgreSQL docs F.32 "pg_stat_statements"',
  needs: { extension: 'pg_stat_statements', role: 'pg_read_all_stats' },
  scope: 'database',
  timeoutMs: 10_000,
  variants: variants(true),
  row: z.object({
    queryId: text,
    query: statementTextOrNull,
    queryLength: number,
    isOwn: flag,
    calls: number,
    totalMs: number,
    meanMs: number,
    minMs: number,
    maxMs: number,
    stddevMs: number,
    planMs: number,
    rows: number,
    sharedBlocksHit: number,
    sharedBlocksRead: number,
    sharedBlocksDirtied: number,
    sharedBlocksWritten: number,
    tempBlocksRead: number,
    tempBlocksWritten: number,
    blockReadMs: number,
    blockWriteMs: number,
    walBytes: number,
    statsSince: timeOrNull,
  }),
});

/** One text that cannot be converted to this database's encoding, or a damaged file of texts, fails the other. */
export const statementsWithoutTextQuery: CatalogQuery<StatementRow> = {
  ...statementsQuery,
  id: 'catalog/statements-without-text',
  summary: 'Cumulative counters of every statement in this database, where their texts cannot be read.',
  variants: variants(false),
};
