import * as z from 'zod';
import { number, numberOrNull, text, textOrNull, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** The connected database with its cumulative counters. */
export interface DatabaseRow {
  readonly name: string;
  /** Time of the server when this was read. */
  readonly now: Date;
  readonly commits: number;
  readonly rollbacks: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly rowsReturned: number;
  readonly rowsFetched: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsDeleted: number;
  readonly tempFiles: number;
  readonly tempBytes: number;
  readonly deadlocks: number;
  readonly conflicts: number;
  /** Null when data checksums are off. */
  readonly checksumFailures: number | null;
  readonly blockReadMs: number;
  readonly blockWriteMs: number;
  /** Sessions opened since the reset, and how their time was spent, in milliseconds. */
  readonly sessions: number;
  readonly sessionMs: number;
  readonly activeMs: number;
  readonly idleInTransactionMs: number;
  readonly sessionsAbandoned: number;
  readonly sessionsFatal: number;
  readonly sessionsKilled: number;
  readonly statsReset: Date | null;
  readonly collation: string;
  /** Version of the collation library that the database was made with, and now (PostgreSQL 15+). */
  readonly collationVersion: string | null;
  readonly collationActualVersion: string | null;
}

/** The whole statement; only the collation versions differ between server versions. */
const sql = (recorded: string, actual: string): string => `
select
  d.datname::text as "name",
  clock_timestamp() as "now",
  s.xact_commit::float8 as "commits",
  s.xact_rollback::float8 as "rollbacks",
  s.blks_read::float8 as "blocksRead",
  s.blks_hit::float8 as "blocksHit",
  s.tup_returned::float8 as "rowsReturned",
  s.tup_fetched::float8 as "rowsFetched",
  s.tup_inserted::float8 as "rowsInserted",
  s.tup_updated::float8 as "rowsUpdated",
  s.tup_deleted::float8 as "rowsDeleted",
  s.temp_files::float8 as "tempFiles",
  s.temp_bytes::float8 as "tempBytes",
  s.deadlocks::float8 as "deadlocks",
  s.conflicts::float8 as "conflicts",
  s.checksum_failures::float8 as "checksumFailures",
  s.blk_read_time as "blockReadMs",
  s.blk_write_time as "blockWriteMs",
  s.sessions::float8 as "sessions",
  s.session_time as "sessionMs",
  s.active_time as "activeMs",
  s.idle_in_transaction_time as "idleInTransactionMs",
  s.sessions_abandoned::float8 as "sessionsAbandoned",
  s.sessions_fatal::float8 as "sessionsFatal",
  s.sessions_killed::float8 as "sessionsKilled",
  s.stats_reset as "statsReset",
  d.datcollate::text as "collation",
  ${recorded} as "collationVersion",
  ${actual} as "collationActualVersion"
from pg_catalog.pg_database d
join pg_catalog.pg_stat_database s on s.datid = d.oid
where d.datname = pg_catalog.current_database()`;

export const databaseQuery: CatalogQuery<DatabaseRow> = defineCatalogQuery({
  id: 'catalog/database',
  summary: 'Transactions, blocks, temporary files, sessions and collation of the connected database.',
  source: 'PostgreSQL docs 27.2.17 "pg_stat_database"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'database',
  timeoutMs: 10_000,
  variants: [
    { since: { server: 140_000 }, sql: sql('null::text', 'null::text') },
    {
      since: { server: 150_000 },
      sql: sql('d.datcollversion', 'pg_catalog.pg_database_collation_actual_version(d.oid)'),
    },
  ],
  row: z.object({
    name: text,
    now: z.date(),
    commits: number,
    rollbacks: number,
    blocksRead: number,
    blocksHit: number,
    rowsReturned: number,
    rowsFetched: number,
    rowsInserted: number,
    rowsUpdated: number,
    rowsDeleted: number,
    tempFiles: number,
    tempBytes: number,
    deadlocks: number,
    conflicts: number,
    checksumFailures: numberOrNull,
    blockReadMs: number,
    blockWriteMs: number,
    sessions: number,
    sessionMs: number,
    activeMs: number,
    idleInTransactionMs: number,
    sessionsAbandoned: number,
    sessionsFatal: number,
    sessionsKilled: number,
    statsReset: timeOrNull,
    collation: text,
    collationVersion: textOrNull,
    collationActualVersion: textOrNull,
  }),
});
