import {
  OBSERVE_SETTINGS,
  type Observation,
  subtract,
  takeCounters,
  takeSnapshot,
} from '../observe/index.ts';
import type { ConnectionTarget, Session } from '../postgres/index.ts';
import type { Audit } from '../report/index.ts';
import { loadParser } from '../sql/index.ts';
import { type AssessOptions, assess } from './assess.ts';
import { openTarget } from './open-target.ts';

/**
 * Audits a target: observes it twice, diagnoses, advises. Changes nothing there.
 * @throws POSTGRES.* when the target cannot be reached, is lost on the way, or the audit is cancelled
 */
export async function runAudit(target: ConnectionTarget, options: AssessOptions): Promise<Audit> {
  const { clock } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  try {
    const observation = await observe(session, options);
    const { snapshot } = observation;
    const assessment = await assess(session, observation, options);
    return {
      snapshot,
      interval: observation.interval,
      report: {
        schema: 'pgsteward/audit@1',
        target: {
          name: target.name,
          serverVersion: snapshot.server.version,
          database: snapshot.server.database,
        },
        startedAt: startedAt.toISOString(),
        durationMs: Math.round(clock.monotonicMs() - startMs),
        selfLoad: roundLoad(session),
        ...assessment,
      },
    };
  } finally {
    await session.close();
  }
}

/** Takes a snapshot, and the counters again after the configured interval. */
async function observe(session: Session, options: AssessOptions): Promise<Observation> {
  const snapshot = await takeSnapshot(session, options);
  const intervalMs = options.settings.get(OBSERVE_SETTINGS.intervalMs);
  if (intervalMs === 0) return { snapshot, interval: null, plans: null };
  options.onProgress({ task: 'measuring rates', done: 0, total: null, unit: 'parts' });
  const first = snapshot.sections.database;
  const sinceMs = first.status === 'ok' ? options.clock.now().getTime() - first.readAt.getTime() : 0;
  await options.clock.sleep(Math.max(0, intervalMs - sinceMs), options.signal);
  return {
    snapshot,
    interval: subtract(snapshot.sections, await takeCounters(session, options)),
    plans: null,
  };
}

function roundLoad(session: Session): { readonly statements: number; readonly databaseMs: number } {
  const { statements, databaseMs } = session.selfLoad();
  return { statements, databaseMs: Math.round(databaseMs) };
}
