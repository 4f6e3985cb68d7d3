import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type ProgressListener, unwrap } from '../../kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedServer,
  obtainBinaries,
  startEmbedded,
  stopAbandoned,
} from '../../postgres/embedded/index.ts';

/** Where shadows live, and how their servers are had. */
export interface PlaceOptions {
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly stateDirectory?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A directory of this process alone with the server in it. */
export interface ShadowPlace {
  readonly directory: string;
  /** Starts the server, on what is there or on a new cluster. */
  start(): Promise<EmbeddedServer>;
  stop(): Promise<void>;
  /** Stops the server and removes the directory. */
  remove(): Promise<void>;
}

/** @source research/shadow-whatif.md, D4: each line has a measured reason */
const SETTINGS: Readonly<Record<string, string>> = {
  autovacuum: 'off',
  shared_buffers: '32MB',
  wal_level: 'replica',
  max_wal_senders: '0',
  max_locks_per_transaction: '1024',
  max_logical_replication_workers: '0',
  max_parallel_maintenance_workers: '0',
  maintenance_work_mem: '16MB',
  max_connections: '20',
  logging_collector: 'off',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
};

/** Gives the directory of all shadows. */
export function shadowsDirectory(options: Pick<PlaceOptions, 'stateDirectory'>): string {
  return join(options.stateDirectory ?? defaultStateDirectory().path, 'shadows');
}

/** Gives a name in the directory of all shadows that says whose process it is: what it leaves when killed is cleared away. */
export function privateDirectory(options: Pick<PlaceOptions, 'stateDirectory'>): string {
  return join(shadowsDirectory(options), `${process.pid}-${randomUUID().slice(0, 8)}`);
}

/**
 * Prepares a place for the shadow of a server, and clears away those of killed agents.
 * @param directory of {@link privateDirectory}
 * @throws EMBEDDED.* when the programs of that major version cannot be had
 */
export async function preparePlace(
  directory: string,
  versionNumber: number,
  options: PlaceOptions,
): Promise<ShadowPlace> {
  const { onProgress, signal, clock } = options;
  const state = options.stateDirectory ?? defaultStateDirectory().path;
  await clearAbandoned(shadowsDirectory(options), clock);
  const major = Math.floor(versionNumber / 10_000);
  const binaries = unwrap(await obtainBinaries(major, { onProgress, stateDirectory: state, signal }));
  let server: EmbeddedServer | null = null;
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = null;
  };
  return {
    directory,
    async start() {
      server = await startEmbedded({
        directory,
        binaries,
        settings: SETTINGS,
        isDurable: false,
        hasChecksums: false,
        ...(signal === undefined ? {} : { signal }),
      });
      return server;
    },
    stop,
    async remove() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A killed agent leaves its shadows; their servers are stopped and their directories removed. */
async function clearAbandoned(directory: string, clock: Clock): Promise<void> {
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    const pid = Number.parseInt(name, 10);
    if (Number.isNaN(pid) || pid === process.pid || isAlive(pid)) continue;
    const one = join(directory, name);
    if (await stopAbandoned(one, clock)) await rm(one, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
