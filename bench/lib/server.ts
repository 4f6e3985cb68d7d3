import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedBinaries,
  ensureDatabase,
  startEmbedded,
} from '../../packages/agent/src/postgres/embedded/index.ts';

/** Server settings by name, as in `postgresql.conf` without its quotes. */
export type ServerSettings = Readonly<Record<string, string>>;

/** A PostgreSQL 18 of the bench's own with one database. */
export interface BenchServer {
  /** Stays the same over restarts. */
  readonly url: string;
  /** Log of all starts. */
  readonly logFile: string;
  /** Stops the server cleanly and starts it on the same data with these settings instead. */
  restart(settings: ServerSettings): Promise<void>;
}

/** How the bench's server is kept. */
export interface ServerOptions {
  /** Whether commits reach the disk, as on a server that is meant to last; default false. */
  readonly isDurable?: boolean;
  /** Programs to run; the shipped ones by default. */
  readonly binaries?: EmbeddedBinaries;
}

/** Starts a server for a bench, runs it, stops the server and removes its data. */
export async function withServer<T>(
  settings: ServerSettings,
  work: (bench: BenchServer) => Promise<T>,
  { isDurable = false, binaries }: ServerOptions = {},
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-bench-'));
  // The server may run under another account, which has to pass through.
  chmodSync(directory, 0o711);
  const start = (chosen: ServerSettings, port?: number): ReturnType<typeof startEmbedded> =>
    startEmbedded({
      directory: join(directory, 'server'),
      isDurable,
      ...(binaries === undefined ? {} : { binaries }),
      settings: { shared_preload_libraries: 'pg_stat_statements', ...chosen },
      ...(port === undefined ? {} : { port }),
    });
  let server = await start(settings);
  const { port, logFile } = server;
  try {
    await ensureDatabase(server, 'bench');
    return await work({
      url: server.connectionUrl('bench'),
      logFile,
      async restart(next) {
        await server.stop();
        server = await start(next, port);
      },
    });
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
