import { join } from 'node:path';
import {
  createRecentSearches,
  dropRecentSearches,
  pileUpLocks,
  runWorkload,
} from '@pgsteward/market-research';
import { type Clock, silentProgress, unwrap } from '../kernel/index.ts';
import { parseTarget } from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Demo } from './demo.ts';
import { type Service, startService } from './service/start-service.ts';

/** What a live demo runs with. */
export interface LiveDemoOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when an incident is over, what it was. */
  readonly onIncident: (what: string) => void;
}

/** A demo that goes on: a workload, a daemon that watches it, and incidents to find. */
export interface LiveDemo {
  readonly service: Service;
  close(): Promise<void>;
}

const SESSIONS = 4;
const RATE_PER_SECOND = 50;
const ROUND_MS = 20_000;
const LOCKS_AFTER_MS = 60_000;
const LOCKS_MS = 30_000;
const DROP_AFTER_MS = 120_000;
const TELL_AFTER_MS = 60_000;

/** Settings that let a demo of minutes show what takes hours elsewhere. */
export const LIVE_DEMO_SETTINGS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['watch.counters-every-ms', 10_000],
  ['watch.snapshot-every-ms', 120_000],
  ['watch.plans-every-ms', 30_000],
  ['watch.budget-ratio', 0.05],
]);

/** Keeps the demo's workload running under the eyes of the daemon. */
export async function startLiveDemo(demo: Demo, options: LiveDemoOptions): Promise<LiveDemo> {
  const { settings, version, clock } = options;
  await createRecentSearches(demo.url);
  const service = await startService({
    targets: [unwrap(parseTarget(demo.url, {}, 'demo'))],
    settings,
    environment: {},
    version,
    storeDirectory: join(demo.directory, 'history'),
    clock,
    onProgress: silentProgress,
    log: () => undefined,
    signal: options.signal,
  });
  const abort = new AbortController();
  const running = Promise.allSettled([
    load(demo.url, abort.signal),
    incidents(demo.url, { ...options, signal: abort.signal }),
  ]);
  return {
    service,
    async close() {
      abort.abort();
      await running;
      await service.close();
    },
  };
}

async function load(url: string, signal: AbortSignal): Promise<void> {
  for (let round = 1; !signal.aborted; round += 1) {
    await runWorkload({
      url,
      sessions: SESSIONS,
      ratePerSecond: RATE_PER_SECOND,
      durationMs: ROUND_MS,
      seed: round,
      signal,
    });
  }
}

async function incidents(
  url: string,
  { clock, signal, onIncident }: Pick<LiveDemoOptions, 'clock' | 'signal' | 'onIncident'>,
): Promise<void> {
  await clock.sleep(LOCKS_AFTER_MS, signal);
  if (signal.aborted) return;
  await pileUpLocks(url, { durationMs: LOCKS_MS, signal });
  onIncident('six checkouts waited for a row that price-import had locked (Load, Sessions)');
  await clock.sleep(DROP_AFTER_MS - LOCKS_AFTER_MS, signal);
  if (signal.aborted) return;
  await dropRecentSearches(url);
  await clock.sleep(TELL_AFTER_MS, signal);
  if (signal.aborted) return;
  onIncident(
    'nightly-migration dropped product_searches_recent: recent searches got slow (Load, Queries: their plan changed)',
  );
}
