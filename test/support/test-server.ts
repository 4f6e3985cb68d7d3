import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../../packages/agent/src/kernel/index.ts';
import {
  type EmbeddedServer,
  findBinaries,
  startEmbedded,
} from '../../packages/agent/src/postgres/embedded/index.ts';
import { copyTemplate } from './template.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A server for one test file, with its data in a temporary directory. */
export interface TestServer extends EmbeddedServer {
  readonly directory: string;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
  /** Stops and starts again on the same data, on the same port. */
  restart(settings?: Readonly<Record<string, string>>): Promise<TestServer>;
}

/** What may differ from the shared servers. */
export interface TestServerOptions {
  /** Major version, 18 by default. */
  readonly major?: number;
  /** Laid over {@link TEST_SETTINGS}. */
  readonly settings?: Readonly<Record<string, string>>;
  /** An existing directory that holds `data` and `password`, for a standby or a restored copy. */
  readonly directory?: string;
  readonly port?: number;
}

/** Settings of every test server: all that a check may want to look at is on, nothing is slow. */
const TEST_SETTINGS: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
  'pg_stat_statements.track': 'all',
  track_io_timing: 'on',
  wal_level: 'logical',
  max_prepared_transactions: '10',
  max_connections: '200',
  max_wal_senders: '10',
  max_replication_slots: '10',
  shared_buffers: '64MB',
  max_wal_size: '1GB',
  autovacuum_naptime: '1h',
  log_checkpoints: 'off',
};

/** Starts a private server, for tests that restart it, need other settings or touch the whole cluster. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const binaries = unwrap(findBinaries({ major: options.major ?? 18 }));
  const directory = options.directory ?? (await temporaryDirectory());
  if (options.directory === undefined) await copyTemplate(binaries, directory);
  const server = await startEmbedded({
    directory,
    binaries,
    settings: { ...TEST_SETTINGS, ...options.settings },
    isDurable: false,
    binariesDirectory: join(tmpdir(), 'pgsteward-binaries'),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    ...server,
    directory,
    close: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
    restart: async (settings = {}) => {
      await server.stop();
      return startTestServer({
        ...options,
        directory,
        port: server.port,
        settings: { ...options.settings, ...settings },
      });
    },
  };
}
