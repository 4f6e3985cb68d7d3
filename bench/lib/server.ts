import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedServer,
  ensureDatabase,
  startEmbedded,
} from '../../packages/agent/src/postgres/embedded/index.ts';

/** A PostgreSQL 18 of the bench's own with one database. */
export interface BenchServer {
  readonly server: EmbeddedServer;
  readonly url: string;
}

/** Starts a server for a bench, runs it, stops the server and removes its data. */
export async function withServer<T>(
  settings: Readonly<Record<string, string>>,
  work: (bench: BenchServer) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-bench-'));
  // The server may run under another account, which has to pass through.
  chmodSync(directory, 0o711);
  const server = await startEmbedded({
    directory: join(directory, 'server'),
    isDurable: false,
    settings: { shared_preload_libraries: 'pg_stat_statements', ...settings },
  });
  try {
    await ensureDatabase(server, 'bench');
    return await work({ server, url: server.connectionUrl('bench') });
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
