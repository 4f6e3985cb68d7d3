import { setTimeout as sleep } from 'node:timers/promises';
import { settingDefinitions, type Watcher, watchTarget } from '../../packages/agent/src/app/index.ts';
import { type Clock, systemClock, unwrap } from '../../packages/agent/src/kernel/index.ts';
import { parsePooler, parseTarget } from '../../packages/agent/src/postgres/index.ts';
import type { KindName, StoredEvent } from '../../packages/agent/src/series/index.ts';
import { resolveSettings, type Settings } from '../../packages/agent/src/settings/index.ts';
import { loadParser } from '../../packages/agent/src/sql/index.ts';
import { openStore, type Store, type Totals } from '../../packages/agent/src/store/index.ts';

/** Name under which tests watch their target. */
export const TARGET = 'shop';

/** A target that is being watched, and what its history says. */
export interface Watching {
  readonly watcher: Watcher;
  readonly store: Store;
  events(kind?: string): Promise<readonly StoredEvent[]>;
  totals(kind: KindName): Promise<Totals>;
  /** Calls of the statement whose text begins so, over all of the history. */
  callsOf(text: string): Promise<number>;
  close(): Promise<void>;
}

/** What is watched, and where its history is kept. */
export interface WatchingOptions {
  readonly targetUrl: string;
  readonly storeUrl: string;
  /** Admin consoles of the poolers in front of it. */
  readonly poolerUrls?: readonly string[];
  readonly clock?: Clock;
  readonly name?: string;
  /** URL of the role that may change the target. */
  readonly actingUrl?: string;
  /** Settings other than the usual quick rounds. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What the agent itself adds to the calls of a statement: EXPLAIN counts as one where nested statements are tracked. */
const NO_PLANS: Readonly<Record<string, unknown>> = { 'watch.planned-statements-count': 0 };

const QUICK: Readonly<Record<string, unknown>> = {
  'watch.sessions-every-ms': 100,
  'watch.counters-every-ms': 1_000,
  'watch.budget-ratio': 1,
};

/** Reads everything: also what a clock that was set forward wrote into the future. */
const ALL_TIME = { fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2100, 0, 1) };

/** Begins to watch a target in this process, with quick rounds. */
export async function startWatching(options: WatchingOptions): Promise<Watching> {
  await loadParser();
  const { targetUrl, storeUrl, clock = systemClock, name = TARGET } = options;
  const settings = settingsOf({ ...NO_PLANS, ...(options.settings ?? QUICK) });
  const store = await openStore(unwrap(parseTarget(storeUrl, {})), { settings, connectTimeoutMs: 5_000 });
  const abort = new AbortController();
  const watcher = watchTarget({
    target: unwrap(parseTarget(targetUrl, {}, name)),
    actingTarget: options.actingUrl === undefined ? null : unwrap(parseTarget(options.actingUrl, {}, name)),
    poolers: (options.poolerUrls ?? []).map((url) => unwrap(parsePooler(url, {}))),
    store,
    settings,
    clock,
    signal: abort.signal,
    random: Math.random,
    log: () => undefined,
  });
  return {
    watcher,
    store,
    ...readerOf(store, name),
    async close() {
      abort.abort();
      await watcher.done;
      await store.close();
    },
  };
}

/** Reads what the history of a target says. */
export function readerOf(store: Store, name: string): Pick<Watching, 'events' | 'totals' | 'callsOf'> {
  const totals = async (kind: KindName): Promise<Totals> => (await store.target(name)).totals(kind, ALL_TIME);
  return {
    totals,
    async events(kind) {
      const events = await (await store.target(name)).events(ALL_TIME);
      return kind === undefined ? events : events.filter((event) => event.kind === kind);
    },
    async callsOf(text) {
      const { series } = await totals('statement');
      const texts = await store.statementTexts(series.map(({ key }) => key[0] ?? ''));
      return series
        .filter(({ key }) => texts.get(key[0] ?? '')?.startsWith(text) === true)
        .reduce((sum, { values }) => sum + (values['calls'] ?? 0), 0);
    },
  };
}

function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const flags = Object.entries(values).map(
    ([key, value]) => [key, { option: `--set ${key}`, value }] as const,
  );
  return unwrap(resolveSettings(settingDefinitions, { flags: new Map(flags) }));
}

/** Waits until something holds. @returns how long that took, in milliseconds */
export async function until(
  holds: () => Promise<boolean> | boolean,
  what: string,
  limitMs = 30_000,
): Promise<number> {
  const beganMs = performance.now();
  while (performance.now() - beganMs < limitMs) {
    if (await holds()) return performance.now() - beganMs;
    await sleep(50);
  }
  throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
}
