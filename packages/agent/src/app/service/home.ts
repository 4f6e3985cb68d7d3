import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, unwrap } from '../../kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedServer,
  ensureDatabase,
  runningUrl,
  startEmbedded,
} from '../../postgres/embedded/index.ts';
import { POSTGRES_SETTINGS, parseTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { openStore, STORE_SETTINGS, type Store } from '../../store/index.ts';

const DATABASE = 'pgsteward';

/** Small and durable: a store that holds months must survive a power cut, and need not be fast. */
const STORE_SERVER: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '40',
  max_wal_size: '256MB',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum_naptime: '30s',
  checkpoint_timeout: '15min',
  work_mem: '8MB',
  jit: 'off',
};

/** What a store is opened with. */
export interface HomeOptions {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directory of the embedded store; in the state directory by default. */
  readonly storeDirectory?: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** An open store, with the server that it lives in. */
export interface Home {
  readonly store: Store;
  close(): Promise<void>;
}

/** Opens the store: by `store.url`, or an embedded one. @throws POSTGRES.*, EMBEDDED.*, STORE.* */
export async function openHome(options: HomeOptions): Promise<Home> {
  const { settings, signal, clock } = options;
  const url = settings.get(STORE_SETTINGS.url);
  if (url !== '') return openByUrl(url, options);
  const directory = directoryOf(options);
  const server: EmbeddedServer = await startEmbedded({ directory, settings: STORE_SERVER, signal, clock });
  try {
    await ensureDatabase(server, DATABASE);
    const home = await openByUrl(server.connectionUrl(DATABASE), options);
    return {
      store: home.store,
      async close() {
        await home.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Opens the store for a command beside the daemon: the daemon's own where one runs. @throws POSTGRES.*, EMBEDDED.*, STORE.* */
export async function joinHome(options: HomeOptions): Promise<Home> {
  const isEmbedded = options.settings.get(STORE_SETTINGS.url) === '';
  const url = isEmbedded ? await runningUrl(directoryOf(options), DATABASE) : null;
  return url === null ? openHome(options) : openByUrl(url, options);
}

/** Opens the store as {@link joinHome} does, where there is one already; null where nothing was ever watched. */
export async function findHome(options: HomeOptions): Promise<Home | null> {
  const isEmbedded = options.settings.get(STORE_SETTINGS.url) === '';
  return isEmbedded && !existsSync(directoryOf(options)) ? null : joinHome(options);
}

function directoryOf({ storeDirectory }: HomeOptions): string {
  return storeDirectory ?? join(defaultStateDirectory().path, 'store');
}

async function openByUrl(url: string, { settings, environment }: HomeOptions): Promise<Home> {
  const store = await openStore(unwrap(parseTarget(url, environment)), {
    settings,
    connectTimeoutMs: settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
  });
  return { store, close: () => store.close() };
}
