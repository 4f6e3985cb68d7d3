import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createMarketResearch,
  faults,
  MarketResearchError,
  recommendedServerSettings,
  runWorkload,
  type WorkloadResult,
} from '@pgsteward/market-research';
import { failure, type ProgressListener } from '../kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedServer,
  ensureDatabase,
  startEmbedded,
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
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** A market-research database on an embedded server, with a workload behind it. */
export interface Demo {
  /** Connection URL with its password: for the person who runs the demo only. */
  readonly url: string;
  readonly serverVersion: string;
  readonly workload: WorkloadResult;
  /** Stops the server and, unless kept, removes its data. */
  close(): Promise<void>;
}

const DATABASE = 'market_research';

/** Starts the embedded server, loads the database as found and runs its workload. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const name = options.keep ? `demo-scale-${options.scale}` : `demo-${process.pid}`;
  const directory = join(defaultStateDirectory().path, name);
  options.onProgress({ task: 'starting PostgreSQL', done: 0, total: null, unit: 'servers' });
  const server = await startEmbedded({
    directory,
    settings: { ...recommendedServerSettings['as-found'], shared_buffers: '256MB' },
    signal: options.signal,
  });
  const close = async (): Promise<void> => {
    await server.stop();
    if (!options.keep) rmSync(directory, { recursive: true, force: true });
  };
  try {
    const url = await prepareDatabase(server, options);
    const { sessions, workloadMs: durationMs, onProgress, signal } = options;
    const workload = await runWorkload({ url, sessions, durationMs, onProgress, signal });
    return { url, serverVersion: server.version, workload, close };
  } catch (error) {
    await close();
    throw translate(error);
  }
}

/** Thresholds that make small data show what large data would, from the manifest of planted faults. */
export function demoThresholds(scale: number): ReadonlyMap<string, unknown> {
  const shown = faults.filter((fault) => fault.minimumScale <= scale);
  return new Map(shown.flatMap((fault) => Object.entries(fault.settings)));
}

/** Makes and loads the database unless a kept one is there. */
async function prepareDatabase(server: EmbeddedServer, options: DemoOptions): Promise<string> {
  const { scale, onProgress, signal } = options;
  const url = server.connectionUrl(DATABASE);
  if (await ensureDatabase(server, DATABASE, ['pg_stat_statements'])) {
    await createMarketResearch({ url, scale, state: 'as-found', onProgress, signal });
  }
  return url;
}

function translate(error: unknown): unknown {
  if (!(error instanceof MarketResearchError)) return error;
  return failure(APP_ERRORS.WORKLOAD, { reason: error.message }, error);
}
