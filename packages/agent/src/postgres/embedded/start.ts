import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type Clock, failure, systemClock, unwrap } from '../../kernel/index.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster, lastLines, SUPERUSER } from './cluster.ts';
import { defaultStateDirectory, makeReachable } from './directories.ts';
import { lockDirectory } from './directory-lock.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { guardExit } from './exit-guard.ts';
import { clearLeftovers } from './leftover.ts';
import { type LaunchPlan, launch, type ServerProcess } from './server-process.ts';
import type { EmbeddedServer, StartOptions } from './types.ts';
import { usableBinaries } from './usable-binaries.ts';

const READY_TIMEOUT_MS = 30_000;
const RECOVERY_FACTOR = 10;
const POLL_MS = 10;
const ATTEMPTS = 20;

/**
 * Starts a PostgreSQL server of this process's own and waits until it answers. The first start in a directory
 * sets the data up; later ones find it again. A server that a killed agent left running there is stopped
 * first. The server ends with this process, whatever ends it short of SIGKILL.
 * @throws EMBEDDED.NO_BINARY, EMBEDDED.DIRECTORY_IN_USE, EMBEDDED.START_FAILED and the other rows of this area
 */
export async function startEmbedded(options: StartOptions): Promise<EmbeddedServer> {
  const directory = resolve(options.directory);
  const clock = options.clock ?? systemClock;
  const isDurable = options.isDurable ?? true;
  const account = serverAccount();
  const copies = options.binariesDirectory ?? join(defaultStateDirectory().path, 'binaries');
  const binaries = await usableBinaries(options.binaries ?? unwrap(findBinaries()), account, copies);
  await makeReachable(directory, account);
  const lock = await lockDirectory(directory);
  try {
    const dataDirectory = join(directory, 'data');
    await clearLeftovers(dataDirectory, clock);
    throwIfCancelled(options.signal);
    const password = await ensureCluster({ directory, binaries, account, isDurable });
    const configFile = join(directory, 'server.conf');
    await writeFile(configFile, configuration(dataDirectory, isDurable, options.settings ?? {}));
    const logFile = join(directory, 'server.log');
    const plan = { binaries, account, dataDirectory, configFile, logFile };
    return await launchUntilReady({ plan, password, clock, options, release: lock.release });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Launch {
  readonly plan: Omit<LaunchPlan, 'port'>;
  readonly password: string;
  readonly clock: Clock;
  readonly options: StartOptions;
  readonly release: () => void;
}

/** Tries again when a free port was taken in the meantime, or a killed server's children are still ending. */
async function launchUntilReady(start: Launch): Promise<EmbeddedServer> {
  const { plan, options, clock } = start;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const logStart = (await readLog(plan.logFile)).length;
    const child = launch({ ...plan, port });
    const unguard = guardExit(() => {
      child.interrupt();
      start.release();
    });
    const outcome = await waitUntilReady(start, child, port);
    if (outcome.isReady) return describe(start, child, port, unguard, outcome.version);
    await child.stop(clock);
    unguard();
    throwIfCancelled(options.signal);
    const log = (await readLog(plan.logFile)).slice(logStart);
    const isTaken = /could not bind|could not create any TCP/.test(log);
    if (isTaken && options.port !== undefined) throw failure(EMBEDDED_ERRORS.PORT_IN_USE, { port });
    const isPassing = isTaken || /shared memory block .* still in use/.test(log);
    if (!isPassing || attempt === ATTEMPTS) {
      const values = { directory: options.directory, reason: outcome.reason, logFile: plan.logFile };
      throw failure(EMBEDDED_ERRORS.START_FAILED, { ...values, log: lastLines(log) });
    }
    if (!isTaken) await clock.sleep(500, options.signal);
  }
}

type Outcome =
  | { readonly isReady: true; readonly version: string }
  | { readonly isReady: false; readonly reason: string };

async function waitUntilReady(start: Launch, child: ServerProcess, port: number): Promise<Outcome> {
  const { clock, options, password } = start;
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const begin = clock.monotonicMs();
  let isRecovering = false;
  for (;;) {
    if (child.hasEnded()) return { isReady: false, reason: 'the process ended' };
    if (options.signal?.aborted === true) return { isReady: false, reason: 'cancelled' };
    const answer = await tryConnect(serverUrl(port, password, 'postgres'));
    if ('version' in answer) return { isReady: true, version: answer.version };
    isRecovering ||= answer.code === '57P03';
    const limitMs = isRecovering ? timeoutMs * RECOVERY_FACTOR : timeoutMs;
    if (clock.monotonicMs() - begin > limitMs) {
      return { isReady: false, reason: `no connection within ${limitMs} ms (${answer.code})` };
    }
    await clock.sleep(POLL_MS, options.signal);
  }
}

async function tryConnect(url: string): Promise<{ readonly version: string } | { readonly code: string }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ readonly server_version: string }>('show server_version');
    return { version: rows[0]?.server_version ?? '' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: code ?? message };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(
  start: Launch,
  child: ServerProcess,
  port: number,
  unguard: () => void,
  version: string,
): EmbeddedServer {
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await child.stop(start.clock);
    unguard();
    start.release();
  };
  return {
    port,
    pid: child.pid,
    major: start.plan.binaries.major,
    version,
    dataDirectory: start.plan.dataDirectory,
    logFile: start.plan.logFile,
    superuser: SUPERUSER,
    connectionUrl: (database = 'postgres') => serverUrl(port, start.password, database),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function serverUrl(port: number, password: string, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** The server's settings live beside the data, so that root never writes into a directory of another account. */
function configuration(
  dataDirectory: string,
  isDurable: boolean,
  settings: Readonly<Record<string, string>>,
): string {
  const lost = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const all = { ...(isDurable ? {} : lost), ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quoteSetting(value)}`);
  return [`include = ${quoteSetting(join(dataDirectory, 'postgresql.conf'))}`, ...lines, ''].join('\n');
}

/** @source PostgreSQL docs 20.1.2: quotes are doubled, or written with a backslash, which is doubled too */
function quoteSetting(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Lets the system choose; another program can still take the port before the server does. */
function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolvePort(port));
    });
  });
}

async function readLog(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw failure(EMBEDDED_ERRORS.CANCELLED);
}
