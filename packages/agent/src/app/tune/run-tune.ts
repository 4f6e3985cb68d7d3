import { TUNE_NUMBERS, tune } from '../../advise/index.ts';
import { diagnose } from '../../diagnose/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import { takeSnapshot } from '../../observe/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { TuneReport } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import type { Store } from '../../store/index.ts';
import { readPast } from '../history-gap.ts';
import { openTarget } from '../open-target.ts';
import { checks } from '../registries.ts';
import { observeWorkload } from './observe-workload.ts';
import { readPastWorkload } from './read-workload.ts';
import { tuneOptions } from './tune-options.ts';

/** What settings are looked at with. */
export interface RunTuneOptions {
  readonly settings: Settings;
  /** The daemon's history; null where there is none. */
  readonly store: Store | null;
  /** How long a target without a history is watched, 0 for not at all; as the settings say by default. */
  readonly observeMs?: number;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Derives a target's settings from its workload: from the history that the daemon keeps, else from its counters and a
 * short watch over its sessions. Changes nothing there.
 * @throws POSTGRES.* when the target cannot be reached, is lost on the way, or it is cancelled
 */
export async function runTune(target: ConnectionTarget, options: RunTuneOptions): Promise<TuneReport> {
  const { clock, settings } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  try {
    const snapshot = await takeSnapshot(session, options);
    const past = await readPast('tune/history', options.store, (store) => {
      const nowMs = clock.now().getTime();
      return readPastWorkload({ store, targetName: target.name, snapshot, settings, nowMs });
    });
    const lengthMs = options.observeMs ?? settings.get(TUNE_NUMBERS.observeMs);
    const workload =
      past.workload ??
      (lengthMs > 0 ? await observeWorkload(session, snapshot, { ...options, lengthMs }) : null);
    const observation = { snapshot, interval: null, plans: null };
    const { findings } = diagnose(checks, observation, settings);
    const tuning = tune(observation, { ...tuneOptions(settings), workload, findings });
    const { statements, databaseMs } = session.selfLoad();
    return {
      schema: 'pgsteward/tune@1',
      target: {
        name: target.name,
        serverVersion: snapshot.server.version,
        database: snapshot.server.database,
      },
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(clock.monotonicMs() - startMs),
      selfLoad: { statements, databaseMs: Math.round(databaseMs) },
      ...tuning,
      unavailable: [...tuning.unavailable, ...past.gaps],
    };
  } finally {
    await session.close();
  }
}
