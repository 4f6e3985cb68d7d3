import { type Clock, failed, failure, type Result, success } from '../kernel/index.ts';
import type { Settings } from '../settings/index.ts';
import { openChannel } from './channels/registry.ts';
import type { Channel } from './channels/types.ts';
import type { AlertConfig } from './configure/parse.ts';
import { type Resolve, systemResolve } from './deliver/addresses.ts';
import { deliverDue } from './deliver/deliver-due.ts';
import { type DryRun, dryRun, type Span } from './dry-run.ts';
import { ALERT_ERRORS } from './errors.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { judge, type SourceFailure, type Sources } from './evaluate/judge.ts';
import { ruleKey } from './evaluate/rule-key.ts';
import type { AlertStateStore, DeliveryLog, SilenceStore } from './ports.ts';
import { type MuteReason, muteReasonOf } from './route/mute.ts';
import { planNotifications } from './route/plan-notifications.ts';
import { allRoutes } from './route/tree.ts';
import { ALERT_SETTINGS } from './settings.ts';
import { type TestFire, testFire } from './test-fire.ts';
import type { AlertMemory, AlertState, Attempt, MeasurementRule, Rule, Transition } from './types.ts';

/** What alerting stands on. */
export interface AlertingOptions {
  readonly config: AlertConfig;
  readonly settings: Settings;
  readonly sources: Sources;
  readonly state: AlertStateStore;
  readonly silences: SilenceStore;
  readonly log: DeliveryLog;
  readonly clock: Clock;
  /** Gives a number from 0 to below 1, for the waits between attempts. */
  readonly random: () => number;
  /** Looks up hosts; the operating system's by default. */
  readonly resolve?: Resolve;
}

/** An alert, and why nobody is told of it. */
export interface ShownAlert {
  readonly alert: AlertState;
  /** Null when it is not muted. */
  readonly muted: MuteReason | null;
}

/** What one evaluation gave. */
export interface TickReport {
  readonly at: Date;
  readonly alerts: readonly ShownAlert[];
  readonly transitions: readonly Transition[];
  /** Notifications put into the queue. */
  readonly enqueuedCount: number;
  /** Sources that did not answer. */
  readonly failures: readonly SourceFailure[];
  /** Rules on measurements that have never seen a target, by id: nothing is known there. */
  readonly unseen: readonly { readonly rule: string; readonly target: string }[];
}

/** Alerting in service. The caller owns the timers: one call of `tick` every `alert.evaluation-ms`. */
export interface Alerting {
  readonly rules: readonly Rule[];
  readonly channels: readonly Channel[];
  /** Evaluates every rule, saves the states and puts notifications into the queue. Calls do not overlap. */
  tick(): Promise<TickReport>;
  /** Attempts what is due; returns early when it is under way already. */
  deliver(signal?: AbortSignal): Promise<readonly Attempt[]>;
  /** Sends a test alert through a channel; ALERT.CHANNEL_UNKNOWN when there is none of this name. */
  testFire(channel: string): Promise<Result<TestFire>>;
  /** Says what a rule would have done; see {@link dryRun}. ALERT.RULE_UNKNOWN when there is none of this id. */
  dryRun(rule: string, span: Span): Promise<readonly Result<DryRun>[]>;
}

/** What was resolved is remembered until every group can have told of it. */
const KEEP_RESOLVED_MS = 900_000;

/** Starts alerting from the saved states. */
export async function createAlerting(options: AlertingOptions): Promise<Alerting> {
  const { config, settings, clock, log, state, sources } = options;
  const resolve = options.resolve ?? systemResolve;
  const channels = new Map(config.channels.map((one) => [one.name, openChannel(one, resolve)]));
  let memory: AlertMemory = (await state.load()) ?? { alerts: [], coverage: [], groups: [] };
  let ticking: Promise<TickReport> | null = null;
  let delivering: Promise<readonly Attempt[]> | null = null;
  const timeoutMs = settings.get(ALERT_SETTINGS.timeoutMs);
  const externalUrl = settings.get(ALERT_SETTINGS.externalUrl);
  const tick = async (): Promise<TickReport> => {
    const step = await evaluateOnce(memory, options, channels);
    // First the queue, then the states: after a crash between the two the same news has the same id.
    await log.enqueue(step.deliveries);
    await state.save(step.memory);
    memory = step.memory;
    return { ...step.report, enqueuedCount: step.deliveries.length };
  };
  return {
    rules: config.rules,
    channels: [...channels.values()],
    tick: () => {
      ticking ??= tick().finally(() => {
        ticking = null;
      });
      return ticking;
    },
    deliver: (signal) => {
      delivering ??= deliverDue({
        log,
        channels,
        clock,
        timeoutMs,
        backoff: {
          firstDelayMs: settings.get(ALERT_SETTINGS.firstDelayMs),
          maximumDelayMs: settings.get(ALERT_SETTINGS.maximumDelayMs),
          random: options.random,
        },
        maximumAttempts: settings.get(ALERT_SETTINGS.attempts),
        ...(signal === undefined ? {} : { signal }),
      }).finally(() => {
        delivering = null;
      });
      return delivering;
    },
    testFire: async (name) => {
      const channel = channels.get(name);
      if (channel !== undefined) return success(await testFire(channel, { clock, timeoutMs, externalUrl }));
      const known = [...channels.keys()].join(', ') || 'none';
      return failed(failure(ALERT_ERRORS.CHANNEL_UNKNOWN, { channel: name, known }));
    },
    dryRun: async (id, span) => {
      const rules = config.rules.filter((rule) => rule.id === id);
      if (rules.length === 0) return [failed(failure(ALERT_ERRORS.RULE_UNKNOWN, { rule: id }))];
      return Promise.all(rules.map((rule) => dryRun(rule, sources.measurements, span)));
    },
  };
}

interface Step {
  readonly memory: AlertMemory;
  readonly deliveries: ReturnType<typeof planNotifications>['deliveries'];
  readonly report: Omit<TickReport, 'enqueuedCount'>;
}

async function evaluateOnce(
  memory: AlertMemory,
  { config, settings, sources, silences, clock }: AlertingOptions,
  channels: ReadonlyMap<string, Channel>,
): Promise<Step> {
  const targets = await sources.measurements.targets();
  const now = clock.now();
  const { judgements, failures } = await judge(config.rules, sources, { targets, now });
  const keepResolvedMs = keepResolved(config);
  const step = evaluate(memory, judgements, { rules: config.rules, now, keepResolvedMs, targets });
  const mutes = {
    inhibitions: config.inhibitions,
    windows: config.windows,
    silences: await silences.list(now),
  };
  const alerts = step.alerts.map((alert) => ({
    alert,
    muted: muteReasonOf(alert, step.alerts, mutes, now),
  }));
  const plan = planNotifications(step.alerts, memory.groups, {
    root: config.root,
    muted: new Set(alerts.filter(({ muted }) => muted !== null).map(({ alert }) => alert.fingerprint)),
    withoutResolved: new Set(
      [...channels.values()].filter((one) => !one.isToldResolved).map(({ name }) => name),
    ),
    maximumAlerts: settings.get(ALERT_SETTINGS.maximumAlerts),
    externalUrl: settings.get(ALERT_SETTINGS.externalUrl),
    now,
  });
  const { coverage, transitions } = step;
  return {
    memory: { alerts: step.alerts, coverage, groups: plan.groups },
    deliveries: plan.deliveries,
    report: { at: now, alerts, transitions, failures, unseen: unseenRules(config.rules, coverage, targets) },
  };
}

function keepResolved({ root }: AlertConfig): number {
  const waits = allRoutes(root).map(({ groupWaitMs, groupIntervalMs }) => groupWaitMs + 2 * groupIntervalMs);
  return Math.max(KEEP_RESOLVED_MS, ...waits);
}

function unseenRules(
  rules: readonly Rule[],
  coverage: AlertMemory['coverage'],
  targets: readonly string[],
): TickReport['unseen'] {
  const seen = new Set(coverage.map(({ rule, target }) => JSON.stringify([rule, target])));
  const measured = rules.filter((rule): rule is MeasurementRule => rule.kind === 'measurement');
  const ids = new Map(measured.map((rule) => [rule.id, ruleKey(rule)]));
  return targets.flatMap((target) =>
    [...ids]
      .filter(([id, key]) => id !== 'watchdog' && !seen.has(JSON.stringify([key, target])))
      .map(([rule]) => ({ rule, target })),
  );
}
