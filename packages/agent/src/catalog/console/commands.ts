import * as z from 'zod';
import { number, text, textOrNull } from '../columns.ts';
import type { AnyConsoleCommand, ConsoleCommand } from './define-command.ts';

const TIMEOUT_MS = 5_000;
const MS = 1_000;

/** A column that not every version has. */
const lately = number.default(0);

/** One pool: the clients of one user on one database, and the servers that they share. */
export interface PoolRow {
  readonly database: string;
  readonly user: string;
  readonly clientsActive: number;
  readonly clientsWaiting: number;
  readonly clientsActiveCancel: number;
  readonly clientsWaitingCancel: number;
  readonly serversActive: number;
  readonly serversActiveCancel: number;
  readonly serversBeingCanceled: number;
  readonly serversIdle: number;
  readonly serversUsed: number;
  readonly serversTested: number;
  readonly serversLogin: number;
  /** How long the client at the head of the queue has waited, in milliseconds. */
  readonly longestWaitMs: number;
  /** `session`, `transaction` or `statement`. */
  readonly mode: string;
}

/** Shows clients and servers of each pool. */
export const showPools: ConsoleCommand<PoolRow> = {
  id: 'pgbouncer/pools',
  summary: 'Clients, servers and the longest wait of each pool.',
  source: 'PgBouncer docs, "Admin console", SHOW POOLS',
  command: 'show pools',
  timeoutMs: TIMEOUT_MS,
  row: z
    .object({
      database: text,
      user: text,
      cl_active: number,
      cl_waiting: number,
      cl_active_cancel_req: lately,
      cl_waiting_cancel_req: lately,
      sv_active: number,
      sv_active_cancel: lately,
      sv_being_canceled: lately,
      sv_idle: number,
      sv_used: number,
      sv_tested: number,
      sv_login: number,
      maxwait: number,
      maxwait_us: lately,
      pool_mode: text.default(''),
    })
    .transform((row) => ({
      database: row.database,
      user: row.user,
      clientsActive: row.cl_active,
      clientsWaiting: row.cl_waiting,
      clientsActiveCancel: row.cl_active_cancel_req,
      clientsWaitingCancel: row.cl_waiting_cancel_req,
      serversActive: row.sv_active,
      serversActiveCancel: row.sv_active_cancel,
      serversBeingCanceled: row.sv_being_canceled,
      serversIdle: row.sv_idle,
      serversUsed: row.sv_used,
      serversTested: row.sv_tested,
      serversLogin: row.sv_login,
      longestWaitMs: row.maxwait * MS + row.maxwait_us / MS,
      mode: row.pool_mode,
    })),
};

/** What went through to one database since the pooler started. */
export interface PoolerStatsRow {
  readonly database: string;
  readonly transactions: number;
  readonly queries: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Time of its servers in transactions, and in queries, in milliseconds. */
  readonly transactionMs: number;
  readonly queryMs: number;
  /** Time that its clients waited for a server, in milliseconds. */
  readonly waitMs: number;
}

/** Shows the counters of each database. */
export const showStats: ConsoleCommand<PoolerStatsRow> = {
  id: 'pgbouncer/stats',
  summary: 'Transactions, queries, traffic and waits of each database since the pooler started.',
  source: 'PgBouncer docs, "Admin console", SHOW STATS',
  command: 'show stats',
  timeoutMs: TIMEOUT_MS,
  row: z
    .object({
      database: text,
      total_xact_count: number,
      total_query_count: number,
      total_received: number,
      total_sent: number,
      total_xact_time: number,
      total_query_time: number,
      total_wait_time: lately,
    })
    .transform((row) => ({
      database: row.database,
      transactions: row.total_xact_count,
      queries: row.total_query_count,
      bytesReceived: row.total_received,
      bytesSent: row.total_sent,
      transactionMs: row.total_xact_time / MS,
      queryMs: row.total_query_time / MS,
      waitMs: row.total_wait_time / MS,
    })),
};

/** One database as the pooler offers it. */
export interface PooledDatabaseRow {
  /** Name by which clients ask for it. */
  readonly name: string;
  readonly host: string | null;
  readonly port: number;
  /** Name that it has on the server. */
  readonly database: string | null;
  readonly forceUser: string | null;
  readonly mode: string | null;
  /** Servers that each of its pools may hold; 0 for no limit. */
  readonly poolSize: number;
  readonly reservePool: number;
  readonly maxConnections: number;
  /** Servers that all of its pools hold now. */
  readonly servers: number;
  readonly isPaused: boolean;
  readonly isDisabled: boolean;
}

/** Shows the databases with the sizes of their pools. */
export const showDatabases: ConsoleCommand<PooledDatabaseRow> = {
  id: 'pgbouncer/databases',
  summary: 'Databases of the pooler, and how many servers each pool may hold.',
  source: 'PgBouncer docs, "Admin console", SHOW DATABASES',
  command: 'show databases',
  timeoutMs: TIMEOUT_MS,
  row: z
    .object({
      name: text,
      host: textOrNull.default(null),
      port: number.nullable().default(0),
      database: textOrNull.default(null),
      force_user: textOrNull.default(null),
      pool_mode: textOrNull.default(null),
      pool_size: number,
      reserve_pool: lately,
      reserve_pool_size: lately,
      max_connections: lately,
      current_connections: lately,
      paused: lately,
      disabled: lately,
    })
    .transform((row) => ({
      name: row.name,
      host: row.host,
      port: row.port ?? 0,
      database: row.database,
      forceUser: row.force_user,
      mode: row.pool_mode,
      poolSize: row.pool_size,
      // Its name since 1.24.
      reservePool: row.reserve_pool + row.reserve_pool_size,
      maxConnections: row.max_connections,
      servers: row.current_connections,
      isPaused: row.paused !== 0,
      isDisabled: row.disabled !== 0,
    })),
};

/** One setting of the pooler. */
export interface PoolerSettingRow {
  readonly key: string;
  readonly value: string | null;
}

/** Shows the settings. */
export const showConfig: ConsoleCommand<PoolerSettingRow> = {
  id: 'pgbouncer/config',
  summary: 'Settings of the pooler, of which only default_pool_size is looked at.',
  source: 'PgBouncer docs, "Admin console", SHOW CONFIG',
  command: 'show config',
  timeoutMs: TIMEOUT_MS,
  row: z.object({ key: text, value: textOrNull }),
};

/** Shows the version. */
export const showVersion: ConsoleCommand<string> = {
  id: 'pgbouncer/version',
  summary: 'Version of the pooler.',
  source: 'PgBouncer docs, "Admin console", SHOW VERSION',
  command: 'show version',
  timeoutMs: TIMEOUT_MS,
  row: z.object({ version: text }).transform(({ version }) => version.replace(/^PgBouncer /i, '')),
};

/** Every command that pgsteward sends to a pooler. */
export const consoleCommands: readonly AnyConsoleCommand[] = [
  showPools,
  showStats,
  showDatabases,
  showConfig,
  showVersion,
];
