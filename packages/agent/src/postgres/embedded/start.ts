import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, failure, PgstewardError, systemClock, unwrap } from '../../kernel/index.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster, lastLines, SUPERUSER } from './cluster.ts';
import { configuration, serverUrl } from './configuration.ts';
import { defaultStateDirectory, makeReachable } from './directories.ts';
import { lockDirectory } from './directory-lock.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { guardExit } from './exit-guard.ts';
import { freePort } from './free-port.ts';
import { clearLeftovers } from './leftover.ts';
import { waitUntilReady } from './readiness.ts';
import { type LaunchPlan, launch, type ServerProcess } from './server-process.ts';
import type { EmbeddedServer, StartOptions } from './types.ts';
import { usableBinaries } from './usable-binaries.ts';

/** How often a start that failed for a passing reason is tried again. */
const ATTEMPTS = 20;
const RETRY_AFTER_MS = 500;

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
  const lock = await lockDirectory(directory).catch((error: unknown) => {
    throw asFailure(error, directory);
  });
  try {
    const dataDirectory = join(directory, 'data');
    await clearLeftovers(dataDirectory, clock);
    throwIfCancelled(options.signal);
    const password = await ensureCluster({
      directory,
      binaries,
      account,
      isDurable,
      hasChecksums: options.hasChecksums,
    });
    const configFile = join(directory, 'server.conf');
    await writeFile(configFile, configuration(dataDirectory, isDurable, options.settings ?? {}));
    const logFile = join(directory, 'server.log');
    const plan = { binaries, account, dataDirectory, configFile, logFile };
    return await launchUntilReady({ plan, password, clock, options, release: lock.release });
  } catch (error) {
    lock.release();
    throw asFailure(error, directory);
  }
}

/** A refused or full disk is the directory's fault; anything else without a code of ours is a bug. */
function asFailure(error: unknown, directory: string): unknown {
  if (error instanceof PgstewardError || !(error instanceof Error)) return error;
  if (!('syscall' in error)) return error;
  return failure(EMBEDDED_ERRORS.DIRECTORY_UNUSABLE, { directory, reason: error.message }, error);
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
    const url = serverUrl(port, start.password, 'postgres');
    const { readyTimeoutMs: timeoutMs, signal } = options;
    const outcome = await waitUntilReady({ child, url, clock, timeoutMs, signal });
    if (outcome.isReady) return runningServer(start, { child, port, unguard, version: outcome.version });
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
    if (!isTaken) await clock.sleep(RETRY_AFTER_MS, options.signal);
  }
}

interface Launched {
  readonly child: ServerProcess;
  readonly port: number;
  readonly unguard: () => void;
  readonly version: string;
}

function runningServer(start: Launch, { child, port, unguard, version }: Launched): EmbeddedServer {
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

async function readLog(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw failure(EMBEDDED_ERRORS.CANCELLED);
}
