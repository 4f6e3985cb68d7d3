import { advise, advisors } from '../advise/index.ts';
import { computeObjectives, diagnose } from '../diagnose/index.ts';
import type { Clock, ProgressListener } from '../kernel/index.ts';
import {
  OBSERVE_SETTINGS,
  type Observation,
  subtract,
  takeCounters,
  takeSnapshot,
} from '../observe/index.ts';
import type { ConnectionTarget, Session } from '../postgres/index.ts';
import type { Audit } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { loadParser } from '../sql/index.ts';
import { type AuditPlanning, openAuditPlanning } from './indexes/audit-indexes.ts';
import { linkProposals, mergeProposals } from './indexes/link-proposals.ts';
import { openTarget } from './open-target.ts';
import { checks } from './registries.ts';

/** What an audit is run with. */
export interface AuditOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Audits a target: observes it twice, diagnoses, advises. Changes nothing there.
 * @throws POSTGRES.* when the target cannot be reached, is lost on the way, or the audit is cancelled
 */
export async function runAudit(target: ConnectionTarget, options: AuditOptions): Promise<Audit> {
  const { clock, settings } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  let planning: AuditPlanning | null = null;
  try {
    const observed = await observe(session, options);
    const { snapshot } = observed;
    planning = await openAuditPlanning(session, observed, options);
    const observation = { ...observed, plans: planning.plans };
    const diagnosis = diagnose(checks, observation, settings);
    const advice = advise(advisors, diagnosis.findings, snapshot);
    const proposed = linkProposals(diagnosis.findings, await planning.advise());
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
        findings: diagnosis.findings.map((finding, index) => ({
          ...finding,
          proposals: [...(advice.byFinding[index] ?? []), ...(proposed.byFinding[index] ?? [])],
        })),
        proposals: mergeProposals(advice.proposals, proposed.proposals),
        objectives: computeObjectives(observation, settings),
        unavailable: [...snapshot.gaps, ...diagnosis.unavailable, ...planning.gaps],
      },
    };
  } finally {
    await planning?.close();
    await session.close();
  }
}

/** Takes a snapshot, and the counters again after the configured interval. */
async function observe(session: Session, options: AuditOptions): Promise<Observation> {
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
