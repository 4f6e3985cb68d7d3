import type { Service } from '../service/start-service.ts';
import type { Watcher } from '../watch/watch-target.ts';
import { readFindings } from './findings.ts';
import { dimensionOf, stack } from './load.ts';
import type { FindingsView, FleetRow } from './types.ts';

const HOUR_MS = 3_600_000;
const RECENT_MS = 600_000;
const LISTED_REASONS = 6;

/** What a finding or a missed objective takes off the score of 100, and at most in all. */
const PENALTIES = {
  critical: { each: 15, most: 60 },
  warning: { each: 3, most: 30 },
  objective: { each: 10, most: 30 },
} as const;

/** Shows how a target stands. */
export async function readFleetRow(service: Service, watcher: Watcher): Promise<FleetRow> {
  const { store, clock } = service;
  const nowMs = clock.now().getTime();
  const target = await store.target(watcher.target.name);
  const range = { fromMs: nowMs - HOUR_MS, toMs: nowMs };
  const [activity, sampling] = await Promise.all([
    target.history({
      ...{ kind: 'activity', range, resolution: '1m' },
      groupBy: (key) => dimensionOf(key, 'waitType'),
    }),
    target.history({ kind: 'sampling', range, resolution: '1m' }),
  ]);
  const recent = { fromMs: nowMs - RECENT_MS, toMs: nowMs };
  const [active, samples] = await Promise.all([
    target.totals('activity', recent),
    target.totals('sampling', recent),
  ]);
  const findings = await readFindings(service, watcher);
  const count = samples.series[0]?.values['samples'] ?? 0;
  const seen = active.series.reduce((sum, { values }) => sum + (values['samples'] ?? 0), 0);
  const { state, trouble, capabilities } = watcher.connection;
  return {
    name: watcher.target.name,
    address: watcher.target.address,
    state,
    trouble,
    serverVersion: capabilities?.version ?? null,
    ...score(findings, trouble),
    findings: {
      critical: countOf(findings, 'critical'),
      warning: countOf(findings, 'warning'),
      info: countOf(findings, 'info'),
    },
    waitingActions: (
      await store.actions.actions({ target: watcher.target.name, states: ['proposed'], limit: 1_000 })
    ).length,
    activeSessions: count === 0 ? null : seen / count,
    spark: await stack(store, { activity, sampling, by: 'waitType' }),
  };
}

function countOf({ findings }: FindingsView, severity: 'critical' | 'warning' | 'info'): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

/** Scores a target: 100 less what weighs on it, each with its reason; null before the first whole look. */
export function score(
  { findings, objectives, takenAtMs }: FindingsView,
  trouble: string | null,
): Pick<FleetRow, 'score' | 'reasons'> {
  if (trouble !== null) return { score: 0, reasons: [{ text: `no answer: ${trouble}`, points: 100 }] };
  if (takenAtMs === null) return { score: null, reasons: [] };
  const missed = objectives.filter(({ isMet }) => isMet === false);
  const all = [
    ...weigh(
      PENALTIES.critical,
      findings.filter(({ severity }) => severity === 'critical').map(({ title }) => title),
    ),
    ...weigh(
      PENALTIES.objective,
      missed.map(({ title }) => `${title} is not met`),
    ),
    ...weigh(
      PENALTIES.warning,
      findings.filter(({ severity }) => severity === 'warning').map(({ title }) => title),
    ),
  ];
  const points = all.reduce((sum, reason) => sum + reason.points, 0);
  return { score: Math.max(1, 100 - points), reasons: list(all) };
}

/** The first reasons by themselves and the others as one, so that what is shown adds up. */
function list(all: FleetRow['reasons']): FleetRow['reasons'] {
  if (all.length <= LISTED_REASONS) return all;
  const others = all.slice(LISTED_REASONS - 1);
  const points = others.reduce((sum, reason) => sum + reason.points, 0);
  return [...all.slice(0, LISTED_REASONS - 1), { text: `${others.length} more`, points }];
}

function weigh(
  { each, most }: { readonly each: number; readonly most: number },
  texts: readonly string[],
): readonly { readonly text: string; readonly points: number }[] {
  return texts.map((text, index) => ({ text, points: Math.max(0, Math.min(each, most - index * each)) }));
}
