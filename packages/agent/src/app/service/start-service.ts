import { setMaxListeners } from 'node:events';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import type { Store } from '../../store/index.ts';
import { type AlertService, startAlerts } from '../alerts/alert-service.ts';
import { readAlertConfig } from '../alerts/read-config.ts';
import { type OtlpDestination, otlpDestination } from '../metrics/otlp-destination.ts';
import { type OtlpPush, type OtlpPushOptions, pushOtlp } from '../metrics/push-otlp.ts';
import { type MetricsSource, readTargetMetrics } from '../metrics/read-metrics.ts';
import type { WatchLogLine } from '../watch/types.ts';
import { type Watcher, watchTarget } from '../watch/watch-target.ts';
import { openHome } from './home.ts';

/** What the daemon is started with. */
export interface ServiceOptions {
  readonly targets: readonly ConnectionTarget[];
  /** Admin consoles of the poolers in front of a target, by its name; none by default. */
  readonly poolersOf?: (target: string) => readonly ConnectionTarget[];
  /** Address by which the acting role reaches a target, by its name; null, as by default, where nothing may be changed. */
  readonly actingTargetOf?: (target: string) => ConnectionTarget | null;
  readonly settings: Settings;
  /** Settings of one target, by its name; those of all by default. */
  readonly settingsOf?: (target: string) => Settings;
  /** What the configuration file says of alerts beside settings. */
  readonly alertTables?: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Directory of the embedded store; in the state directory by default. */
  readonly storeDirectory?: string;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly log: (line: WatchLogLine) => void;
  readonly signal: AbortSignal;
}

/** The running daemon: a store and the targets that it watches. */
export interface Service {
  readonly store: Store;
  readonly settings: Settings;
  readonly watchers: readonly Watcher[];
  readonly alerts: AlertService;
  /** What sends the metrics of each target by OTLP, by name; empty when they are sent nowhere. */
  readonly pushes: ReadonlyMap<string, OtlpPush>;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAt: Date;
  /** Stores the last of what was read, and ends. */
  close(): Promise<void>;
}

/**
 * Opens the store, embedded unless `store.url` says where it is, and begins to watch the targets.
 * @throws POSTGRES.*, EMBEDDED.*, STORE.*, ALERT.CONFIG_INVALID, OTLP.*
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { targets, settings, settingsOf = () => settings, clock, version, log } = options;
  const config = readAlertConfig(options.alertTables ?? {}, settings);
  const destination = otlpDestination(settings, version);
  options.onProgress({ task: 'opening the history', done: 0, total: null, unit: 'stores' });
  const [home] = await Promise.all([openHome(options), loadParser()]);
  const abort = new AbortController();
  // Everything that watches every target waits for it.
  setMaxListeners(0, abort.signal);
  const watchers = targets.map((target) =>
    watchTarget({
      target,
      poolers: options.poolersOf?.(target.name) ?? [],
      actingTarget: options.actingTargetOf?.(target.name) ?? null,
      store: home.store,
      settings: settingsOf(target.name),
      clock,
      log,
      signal: abort.signal,
      random: Math.random,
    }),
  );
  const alerts = await startAlerts({
    store: home.store,
    config,
    settings,
    clock,
    signal: abort.signal,
    random: Math.random,
    watched: targets.map(({ name }) => name),
  });
  const source = { store: home.store, settings, clock, startedAt: clock.now() };
  const pushes = startPushes(watchers, { ...options, source, destination, signal: abort.signal });
  return {
    ...source,
    watchers,
    alerts,
    pushes,
    version,
    async close() {
      abort.abort();
      await Promise.all([...watchers, alerts, ...pushes.values()].map(({ done }) => done));
      await home.close();
    },
  };
}

/** Begins to send the metrics of each target where there is a destination. */
function startPushes(
  watchers: readonly Watcher[],
  options: Omit<OtlpPushOptions, 'target' | 'read' | 'random' | 'destination'> & {
    readonly source: MetricsSource;
    readonly destination: OtlpDestination | null;
  },
): ReadonlyMap<string, OtlpPush> {
  const { source, destination } = options;
  if (destination === null) return new Map();
  return new Map(
    watchers.map((watcher) => {
      const { name } = watcher.target;
      const read = () => readTargetMetrics(source, watcher);
      return [name, pushOtlp({ ...options, destination, target: name, read, random: Math.random })];
    }),
  );
}
