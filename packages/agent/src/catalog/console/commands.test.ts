import { expect, it } from 'vitest';
import { consoleCommands, showDatabases, showPools, showStats, showVersion } from './commands.ts';
import { runConsoleCommand } from './define-command.ts';

/** Columns of SHOW POOLS in PgBouncer 1.12. */
const POOL = {
  database: 'shop',
  user: 'web',
  cl_active: 5,
  cl_waiting: 2,
  sv_active: 2,
  sv_idle: 1,
  sv_used: 3,
  sv_tested: 0,
  sv_login: 0,
  maxwait: 1,
  maxwait_us: 250_000,
  pool_mode: 'transaction',
};

const consoleOf = (rows: readonly Readonly<Record<string, unknown>>[]) => ({
  show: () => Promise.resolve(rows),
  close: () => Promise.resolve(),
});

it('reads pools of old and of new versions', async () => {
  const newer = { ...POOL, cl_active_cancel_req: 4, sv_being_canceled: 1, load_balance_hosts: null };
  const [old, now] = await runConsoleCommand(consoleOf([POOL, newer]), showPools);
  expect(old).toMatchObject({ clientsWaiting: 2, longestWaitMs: 1_250, clientsActiveCancel: 0 });
  expect(now).toMatchObject({ clientsActiveCancel: 4, serversBeingCanceled: 1, mode: 'transaction' });
});

it('reads counters in milliseconds, whatever else a version counts', async () => {
  const stats = {
    database: 'shop',
    total_server_assignment_count: 9,
    total_xact_count: 3,
    total_query_count: 4,
    total_received: 10,
    total_sent: 20,
    total_xact_time: 1_500,
    total_query_time: 1_000,
    total_wait_time: 2_500,
    total_bind_count: 1,
  };
  const [row] = await runConsoleCommand(consoleOf([stats]), showStats);
  expect(row).toEqual({
    database: 'shop',
    transactions: 3,
    queries: 4,
    bytesReceived: 10,
    bytesSent: 20,
    transactionMs: 1.5,
    queryMs: 1,
    waitMs: 2.5,
  });
});

it('reads databases by the names that columns have had', async () => {
  const old = { name: 'a', host: null, port: 5432, database: 'a', pool_size: 20, reserve_pool: 5, paused: 1 };
  const now = { name: 'b', host: 'h', port: 5432, database: 'b', pool_size: 0, reserve_pool_size: 7 };
  const rows = await runConsoleCommand(consoleOf([old, now]), showDatabases);
  expect(rows).toMatchObject([
    { poolSize: 20, reservePool: 5, isPaused: true },
    { poolSize: 0, reservePool: 7, isPaused: false, forceUser: null },
  ]);
});

it('gives the bare version', async () => {
  expect(await runConsoleCommand(consoleOf([{ version: 'PgBouncer 1.18.0' }]), showVersion)).toEqual([
    '1.18.0',
  ]);
});

it('names the command and the column of a row that is none of PgBouncer', async () => {
  await expect(runConsoleCommand(consoleOf([{ database: 'x' }]), showStats)).rejects.toThrow(
    /pgbouncer\/stats: column total_xact_count/,
  );
});

it('sends commands without comments, semicolons or parameters', () => {
  for (const { command } of consoleCommands) expect(command).toMatch(/^show [a-z]+$/);
});
