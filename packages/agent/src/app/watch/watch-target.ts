import {
  type ActivityMeter,
  createActivityMeter,
  createCountersMeter,
  createFingerprints,
  createRelationsMeter,
  createReplicationMeter,
  createSettingsMeter,
  createStatementsMeter,
  type Fingerprints,
  type Meter,
  OBSERVE_SETTINGS,
} from '../../observe/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { fingerprintOf } from '../../sql/index.ts';
import { type Acting, createActing } from '../act/act-round.ts';
import { createLogLook } from '../plans/log-look.ts';
import { planRound } from '../plans/plan-look.ts';
import { type CacheWatch, createCacheWatch } from './cache-watch.ts';
import { type Connection, connection } from './connection.ts';
import { createLeadership, type Leadership } from './leadership.ts';
import { createObjectiveEvents, type ObjectiveEvents } from './objective-events.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { PoolerState } from './pooler.ts';
import { createProbe, type Probe } from './probe.ts';
import { type CollectorStatus, newStatus, type Round, runRound } from './rounds.ts';
import { createSelfMeter } from './self.ts';
import { WATCH_SETTINGS } from './settings.ts';
import { createSlowLook, type SlowLook } from './slow-look.ts';
import type { WatchOptions } from './types.ts';
import { watchPoolers } from './watch-poolers.ts';

/** A target that is being watched. */
export interface Watcher {
  readonly target: ConnectionTarget;
  readonly settings: Settings;
  readonly leadership: Leadership;
  readonly outbox: Outbox;
  readonly connection: Pick<Connection, 'state' | 'trouble' | 'capabilities' | 'exclusively'>;
  readonly collectors: readonly CollectorStatus[];
  readonly activity: ActivityMeter;
  readonly fingerprints: Fingerprints;
  readonly slowLook: SlowLook;
  readonly poolers: readonly PoolerState[];
  readonly events: ObjectiveEvents;
  readonly acting: Acting;
  /** The cache before the target; null where the settings name none. */
  readonly cache: CacheWatch | null;
  /** Ends when the signal fires and the last of what was read is stored. */
  readonly done: Promise<void>;
}

/** Time that one batch of session samples stands for. */
const ACTIVITY_BATCH_MS = 10_000;

/** Begins to watch a target. */
export function watchTarget(options: WatchOptions): Watcher {
  const { target, settings, clock, random } = options;
  const outbox = createOutbox();
  const leadership = createLeadership({ ...options, targetName: target.name, outbox });
  const fingerprints = createFingerprints(fingerprintOf);
  const everyMs = settings.get(WATCH_SETTINGS.sessionsEveryMs);
  const activity = activityMeter(options, fingerprints);
  const probe = createProbe(clock, everyMs);
  const slowLook = createSlowLook(options, { outbox, fingerprints, collectors: () => collectors });
  const events = createObjectiveEvents(settings, fingerprints, slowLook);
  const acting = createActing(options, slowLook);
  const cache = createCacheWatch(options, { outbox, events, leadership });
  const meters = slowMeters(options, fingerprints);
  const logLook = createLogLook(options, { outbox, fingerprints });
  const forget = [activity, logLook, ...meters];
  const sessions = connection({ ...options, outbox, probe, events, leadership, forget });
  const rounds: Round[] = [
    samplingRound({ everyMs, activity, probe, outbox, sessions, events }),
    ...meters.map((meter) => meterRound(meter, { settings, outbox, fingerprints, sessions, events })),
    slowLook.round(sessions),
    planRound(options, outbox, sessions),
    acting.round,
    logLook.round(sessions),
  ];
  const pooling = watchPoolers(options, { leadership, outbox });
  const statuses = rounds.map(newStatus);
  const collectors = cache === null ? statuses : [...statuses, cache.status];
  const self = createSelfMeter({ clock, collectors, sessions, outbox });
  const observing = sessions.whileConnected((signal) => {
    activity.resume();
    return Promise.all([
      ...runAll(rounds, statuses, { ...options, signal }),
      runRound(self, newStatus(self), { clock, random, budgetRatio: 1, signal }),
    ]);
  });
  return {
    target,
    settings,
    leadership,
    outbox,
    connection: sessions,
    collectors: [...collectors, ...pooling.collectors],
    activity,
    fingerprints,
    slowLook,
    poolers: pooling.poolers,
    events,
    acting,
    cache,
    done: Promise.all([leadership.run(), observing, pooling.run(), cache?.run()]).then(() => undefined),
  };
}

function runAll(
  rounds: readonly Round[],
  statuses: readonly CollectorStatus[],
  { clock, random, settings, signal }: WatchOptions,
): readonly Promise<void>[] {
  const budgetRatio = settings.get(WATCH_SETTINGS.budgetRatio);
  return rounds.map((round, index) =>
    runRound(round, statuses[index] ?? newStatus(round), { clock, random, budgetRatio, signal }),
  );
}

function activityMeter({ clock, settings }: WatchOptions, fingerprints: Fingerprints): ActivityMeter {
  return createActivityMeter({
    clock,
    fingerprints,
    batchMs: ACTIVITY_BATCH_MS - settings.get(WATCH_SETTINGS.sessionsEveryMs) / 2,
    tellBlockingFromMs: settings.get(OBSERVE_SETTINGS.tellBlockingFromMs),
  });
}

function slowMeters({ clock, settings }: WatchOptions, fingerprints: Fingerprints): readonly Meter[] {
  return [
    createStatementsMeter(clock, fingerprints),
    createCountersMeter(clock),
    createRelationsMeter(clock, settings.get(OBSERVE_SETTINGS.maximumRelations)),
    createReplicationMeter(clock, settings.get(WATCH_SETTINGS.countersEveryMs)),
    createSettingsMeter(clock),
  ];
}

function samplingRound(parts: {
  readonly everyMs: number;
  readonly activity: ActivityMeter;
  readonly probe: Probe;
  readonly outbox: Outbox;
  readonly sessions: Connection;
  readonly events: ObjectiveEvents;
}): Round {
  const { everyMs, activity, probe, outbox, sessions, events } = parts;
  return {
    id: activity.id,
    everyMs,
    busyMs: () => sessions.cost().samplerMs,
    async run() {
      const startMs = performance.now();
      const reading = await activity.read(sessions.sampler());
      probe.answered(performance.now() - startMs);
      outbox.put(reading.batches, reading.events);
      const probed = probe.take();
      if (probed !== null) outbox.put([probed, ...events.of([probed])]);
      return reading.unavailable?.reason ?? null;
    },
  };
}

function meterRound(
  meter: Meter,
  parts: {
    readonly settings: Settings;
    readonly outbox: Outbox;
    readonly fingerprints: Fingerprints;
    readonly sessions: Connection;
    readonly events: ObjectiveEvents;
  },
): Round {
  const { settings, outbox, fingerprints, sessions, events } = parts;
  return {
    id: meter.id,
    everyMs: settings.get(WATCH_SETTINGS.countersEveryMs),
    busyMs: () => sessions.cost().readerMs,
    async run() {
      const reading = await sessions.exclusively((session) => meter.read(session));
      outbox.putTexts(fingerprints.takeTexts());
      outbox.put([...reading.batches, ...events.of(reading.batches)], reading.events);
      return reading.unavailable?.reason ?? null;
    },
  };
}
