import {
  ALERT_SETTINGS,
  type AlertConfig,
  type Alerting,
  createAlerting,
  type TickReport,
  type Transition,
} from '../../alert/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { AlertWriter, Store } from '../../store/index.ts';
import { createSources } from './sources.ts';
import { deliveryLog, silenceStore, stateStore } from './stores.ts';

/** Raises alerts while no other agent on the same store does. */
export interface AlertService {
  readonly config: AlertConfig;
  /** `leading`: it raises them; `following`: another agent does; `cut-off`: the store is away. */
  readonly state: 'leading' | 'following' | 'cut-off';
  /** Why the store is away, or what could not be read in the last evaluation; null when nothing is wrong. */
  readonly trouble: string | null;
  /** Channels and dry runs, whoever leads. */
  readonly tools: Pick<Alerting, 'testFire' | 'dryRun' | 'channels'>;
  /** Ends when the signal fires and what was under way is done. */
  readonly done: Promise<void>;
}

/** What alerts are raised with. */
export interface AlertServiceOptions {
  readonly store: Store;
  readonly config: AlertConfig;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Names of the targets that this agent watches. */
  readonly watched: readonly string[];
}

const RETRY_MS = 3_000;
const DELIVER_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;
const KEPT_MS = 400 * 86_400_000;

/** Begins to raise alerts. */
export async function startAlerts(options: AlertServiceOptions): Promise<AlertService> {
  const { store, config, clock, signal, random } = options;
  let state: AlertService['state'] = 'following';
  let trouble: string | null = null;
  const attempt = async (): Promise<void> => {
    const writer = await store.leadAlerts();
    state = 'following';
    if (writer === null) return;
    try {
      state = 'leading';
      await raise(writer, options, (report) => {
        trouble = report.failures.map(({ what, error }) => `${what}: ${error}`).join('; ') || null;
      });
    } finally {
      await writer.release();
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await attempt();
      } catch (error) {
        state = 'cut-off';
        trouble = error instanceof Error ? error.message : String(error);
      }
      await clock.sleep(RETRY_MS * (0.75 + 0.5 * random()), signal);
    }
  };
  return {
    config,
    get state() {
      return state;
    },
    get trouble() {
      return trouble;
    },
    tools: await openTools(options),
    done: run(),
  };
}

/** Opens alerting for its tools alone: it raises nothing and writes nothing. */
export function openTools(
  options: Omit<AlertServiceOptions, 'signal'>,
): Promise<Pick<Alerting, 'testFire' | 'dryRun' | 'channels'>> {
  const { store } = options;
  const state = { load: async () => null, save: async () => undefined };
  return createAlerting({
    ...options,
    state,
    sources: createSources(store, options.watched, options.clock),
    silences: silenceStore(store.alerts),
    log: deliveryLog(store.alerts),
  });
}

/** Evaluates and delivers until the signal fires or the store is lost. @throws what the store says */
async function raise(
  writer: AlertWriter,
  options: AlertServiceOptions,
  onTick: (report: TickReport) => void,
): Promise<void> {
  const { store, settings, clock, watched } = options;
  const alerting = await createAlerting({
    ...options,
    sources: createSources(store, watched, clock),
    state: stateStore(writer),
    silences: silenceStore(writer),
    log: deliveryLog(writer),
  });
  const ended = AbortSignal.any([options.signal, writer.lost]);
  const everyMs = settings.get(ALERT_SETTINGS.evaluationMs);
  let forgotMs = Number.NEGATIVE_INFINITY;
  const evaluating = repeat({ everyMs, clock, ended }, async () => {
    const report = await alerting.tick();
    onTick(report);
    await tell(store, report.transitions);
    if (clock.monotonicMs() - forgotMs < FORGET_EVERY_MS) return;
    forgotMs = clock.monotonicMs();
    await writer.forget(new Date(clock.now().getTime() - KEPT_MS));
  });
  const delivering = repeat({ everyMs: DELIVER_MS, clock, ended }, async () => {
    await alerting.deliver(ended);
  });
  await Promise.all([evaluating, delivering]);
}

async function repeat(
  { everyMs, clock, ended }: { readonly everyMs: number; readonly clock: Clock; readonly ended: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  while (!ended.aborted) {
    await work();
    await clock.sleep(everyMs, ended);
  }
}

/** Writes into the history of each target which of its alerts began to fire and which are over. */
async function tell(store: Store, transitions: readonly Transition[]): Promise<void> {
  for (const { target, to, from, at, labels, summary, rule } of transitions) {
    const isNews = to === 'firing' || to === 'no-data' || from === 'firing' || from === 'no-data';
    if (target === '' || !isNews) continue;
    const detail = { from, to, severity: labels['severity'] ?? '', rule, text: summary };
    const subject = labels['alertname'] ?? rule;
    await (await store.target(target)).appendEvents([{ at, kind: 'alert', subject, detail }]);
  }
}
