import { silentProgress } from '../../kernel/index.ts';
import {
  type Fingerprints,
  type HistoryFacts,
  type Observation,
  type Snapshot,
  snapshotStates,
  subtract,
  takeSnapshot,
} from '../../observe/index.ts';
import type { AuditReport } from '../../report/index.ts';
import { assess } from '../assess.ts';
import { openTarget } from '../open-target.ts';
import type { Connection } from './connection.ts';
import { findingEvents } from './finding-events.ts';
import type { Outbox } from './outbox.ts';
import { type FactsOptions, readHistoryFacts } from './read-history-facts.ts';
import type { CollectorStatus, Round } from './rounds.ts';
import { sequenceStates } from './sequence-states.ts';
import { WATCH_SETTINGS } from './settings.ts';
import type { WatchOptions } from './types.ts';

/** The whole look at a target that is taken now and then, and what came of it. */
export interface SlowLook {
  /** The last one; null before the first. */
  latest(): { readonly snapshot: Snapshot; readonly report: AuditReport } | null;
  round(sessions: Connection): Round;
}

/** What a slow look needs of the watch that it belongs to. */
export interface SlowLookParts {
  readonly outbox: Outbox;
  readonly fingerprints: Fingerprints;
  readonly collectors: () => readonly CollectorStatus[];
}

/** Prepares the slow look. */
export function createSlowLook(options: WatchOptions, parts: SlowLookParts): SlowLook {
  const { settings, clock } = options;
  const { outbox, fingerprints, collectors } = parts;
  let latest: ReturnType<SlowLook['latest']> = null;
  const everyMs = settings.get(WATCH_SETTINGS.snapshotEveryMs);
  return {
    latest: () => latest,
    round: (sessions) => ({
      id: 'snapshot',
      everyMs,
      busyMs: () => sessions.cost().readerMs,
      async run() {
        const startMs = clock.monotonicMs();
        const snapshot = await sessions.exclusively((session) =>
          takeSnapshot(session, { settings, clock, onProgress: silentProgress }),
        );
        outbox.put([...snapshotStates(snapshot, everyMs), ...sequenceStates(snapshot, everyMs)]);
        const past = await readPast(options, { fingerprints, collectors: collectors(), snapshot });
        const observation: Observation = {
          snapshot,
          interval: latest === null ? null : subtract(latest.snapshot.sections, snapshot.sections),
          plans: null,
          ...(past.facts === null ? {} : { history: past.facts }),
        };
        const report = await reportOf(observation, options, startMs);
        const before = latest?.report ?? past.report;
        latest = { snapshot, report };
        outbox.put([], before === null ? [] : findingEvents(before, report, snapshot.takenAt));
        outbox.putDiagnosis({ takenAt: snapshot.takenAt, report });
        return past.trouble;
      },
    }),
  };
}

interface Past {
  readonly facts: HistoryFacts | null;
  /** Report of the diagnosis before; null when there is none. */
  readonly report: AuditReport | null;
  /** Why the history could not be read; null when it could. */
  readonly trouble: string | null;
}

/** A store that is away costs the checks that need it, not the look at the target. */
async function readPast(
  { store, target, clock, settings }: WatchOptions,
  about: Pick<FactsOptions, 'fingerprints' | 'collectors' | 'snapshot'>,
): Promise<Past> {
  try {
    const nowMs = clock.now().getTime();
    const facts = await readHistoryFacts({ store, targetName: target.name, settings, nowMs, ...about });
    const kept = await (await store.target(target.name)).diagnosis();
    return { facts, report: (kept?.report as AuditReport | undefined) ?? null, trouble: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { facts: null, report: null, trouble: `the history could not be read: ${reason}` };
  }
}

/** Assesses what was seen, on a session of its own: planning takes seconds, in which the counters go on being read. */
async function reportOf(
  observation: Observation,
  { settings, clock, target, signal }: WatchOptions,
  startMs: number,
): Promise<AuditReport> {
  const { snapshot } = observation;
  const { statements, databaseMs } = snapshot.selfLoad;
  const session = await openTarget(target, { settings, signal });
  try {
    const options = { settings, clock, signal, onProgress: silentProgress };
    const assessment = await assess(session, observation, options);
    return {
      schema: 'pgsteward/audit@1',
      target: {
        name: target.name,
        serverVersion: snapshot.server.version,
        database: snapshot.server.database,
      },
      startedAt: snapshot.takenAt.toISOString(),
      durationMs: Math.round(clock.monotonicMs() - startMs),
      selfLoad: { statements, databaseMs: Math.round(databaseMs) },
      ...assessment,
    };
  } finally {
    await session.close();
  }
}
