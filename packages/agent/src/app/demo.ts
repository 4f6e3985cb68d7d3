import { existsSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createMarketResearch,
  faults,
  MarketResearchError,
  recommendedServerSettings,
  runWorkload,
  type WorkloadResult,
} from '@pgsteward/market-research';
import { type Clock, failure, type ProgressListener } from '../kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedServer,
  ensureDatabase,
  startEmbedded,
  stopAbandoned,
} from '../postgres/embedded/index.ts';
import { APP_ERRORS } from './errors.ts';

/** How large and how long a demo is. */
export interface DemoOptions {
  /** 1 = 100,000 products and a million searches. */
  readonly scale: number;
  readonly sessions: number;
  readonly workloadMs: number;
  /** Keeps the data for the next demo. */
  readonly keep: boolean;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** A market-research database on an embedded server, with a workload behind it. */
export interface Demo {
  /** Connection URL with its password: for the person who runs the demo only. */
  readonly url: string;
  readonly serverVersion: string;
  /** Holds the server's data, and whatever else ends with the demo. */
  readonly directory: string;
  readonly workload: WorkloadResult;
  /** Stops the server and, unless kept, removes its data. */
  close(): Promise<void>;
}

const DATABASE = 'market_research';

/** Stands in a kept directory whose load has ended; without it the data may be half of a demo. */
const LOADED_FILE = 'loaded';

/** A demo that is not kept: named after its process. */
const PASSING_NAME = /^demo-\d+$/;

/** Starts the embedded server, loads the database as found and runs its workload. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { keep, sessions, workloadMs: durationMs, onProgress, signal } = options;
  const state = defaultStateDirectory().path;
  const directory = join(state, keep ? `demo-scale-${options.scale}` : `demo-${process.pid}`);
  onProgress({ task: 'starting PostgreSQL', done: 0, total: null, unit: 'servers' });
  await removeAbandoned(state, directory, options.clock);
  let server: EmbeddedServer | null = null;
  const close = async (): Promise<void> => {
    await server?.stop();
    if (!keep || !isLoaded(directory)) await rm(directory, { recursive: true, force: true });
  };
  try {
    server = await startEmbedded({
      directory,
      settings: { ...recommendedServerSettings['as-found'], shared_buffers: '256MB' },
      signal,
    });
    const url = await prepareDatabase(server, directory, options);
    const workload = await runWorkload({ url, sessions, durationMs, onProgress, signal });
    return { url, serverVersion: server.version, directory, workload, close };
  } catch (error) {
    // Without a server, a kept directory may be another demo's, and a passing one holds the log that tells why.
    if (server !== null || (signal.aborted && !keep)) await close();
    throw translate(error, signal);
  }
}

/** Thresholds that make small data show what large data would, from the manifest of planted faults. */
export function demoThresholds(scale: number): ReadonlyMap<string, unknown> {
  const shown = faults.filter((fault) => fault.minimumScale <= scale);
  return new Map(shown.flatMap((fault) => Object.entries(fault.settings)));
}

/** Makes and loads the database unless a kept one is there. */
async function prepareDatabase(
  server: EmbeddedServer,
  directory: string,
  options: DemoOptions,
): Promise<string> {
  const { scale, onProgress, signal } = options;
  const url = server.connectionUrl(DATABASE);
  if (await ensureDatabase(server, DATABASE, ['pg_stat_statements'])) {
    await createMarketResearch({ url, scale, state: 'as-found', onProgress, signal });
    writeFileSync(join(directory, LOADED_FILE), '');
  }
  return url;
}

function isLoaded(directory: string): boolean {
  return existsSync(join(directory, LOADED_FILE));
}

/** A demo that was killed leaves its server and its data; the next demo clears them away. */
async function removeAbandoned(state: string, own: string, clock: Clock): Promise<void> {
  const names = await readdir(state).catch((): readonly string[] => []);
  const passing = names.filter((name) => PASSING_NAME.test(name)).map((name) => join(state, name));
  const unfinished = existsSync(own) && !isLoaded(own) ? [own] : [];
  for (const directory of [...passing, ...unfinished]) {
    if (await stopAbandoned(directory, clock)) await rm(directory, { recursive: true, force: true });
  }
}

function translate(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return failure(APP_ERRORS.CANCELLED, {}, error);
  if (!(error instanceof MarketResearchError)) return error;
  return failure(APP_ERRORS.WORKLOAD, { reason: error.message }, error);
}
