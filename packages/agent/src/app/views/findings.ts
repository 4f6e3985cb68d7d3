import { standingOf } from '../../act/index.ts';
import type { LatencyClass } from '../../diagnose/index.ts';
import { displayName } from '../../kernel/index.ts';
import { type AuditReport, describeField, formatEvidence, type ReportedFinding } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Store } from '../../store/index.ts';
import { actionOf } from '../act/journal.ts';
import { latencyClasses } from '../watch/objective-events.ts';
import type { WatchOptions } from '../watch/types.ts';
import type { Watcher } from '../watch/watch-target.ts';
import { viewEvents } from './charts.ts';
import { readObjectives } from './objectives.ts';
import { sqlKey } from './rank-actions.ts';
import type { FindingRow, FindingsView } from './types.ts';

const WEEK_MS = 7 * 86_400_000;

/** Shows the findings of the last whole look, and where the target stands against its objectives. */
export async function readFindings(
  service: Pick<WatchOptions, 'store' | 'settings' | 'clock'>,
  watcher: Watcher,
): Promise<FindingsView> {
  const latest = watcher.slowLook.latest();
  const { store, clock } = service;
  return view(latest === null ? null : { report: latest.report, takenAt: latest.snapshot.takenAt }, {
    store,
    name: watcher.target.name,
    settings: watcher.settings,
    nowMs: clock.now().getTime(),
    classes: watcher.events.classes,
  });
}

/** The last diagnosis of a target as the store holds it, whoever made it. */
export interface StoredFindings {
  readonly view: FindingsView;
  /** Null before the first whole look. */
  readonly report: AuditReport | null;
}

/** Shows the findings of the last whole look that was stored, whether or not this process watches the target. */
export async function readStoredFindings(
  store: Store,
  name: string,
  { settings, nowMs }: { readonly settings: Settings; readonly nowMs: number },
): Promise<StoredFindings> {
  const kept = await (await store.target(name)).diagnosis();
  const report = (kept?.report as AuditReport | undefined) ?? null;
  const latest = kept === null || report === null ? null : { report, takenAt: kept.takenAt };
  return {
    report,
    view: await view(latest, { store, name, settings, nowMs, classes: latencyClasses(settings) }),
  };
}

/** Shows the findings of an audit that was made apart from the looks of a daemon, beside what the history knows. */
export function viewAudit(
  store: Store,
  report: AuditReport,
  { settings, nowMs }: { readonly settings: Settings; readonly nowMs: number },
): Promise<FindingsView> {
  const latest = { report, takenAt: new Date(report.startedAt) };
  const { name } = report.target;
  return view(latest, { store, name, settings, nowMs, classes: latencyClasses(settings) });
}

async function view(
  latest: { readonly report: AuditReport; readonly takenAt: Date } | null,
  options: {
    readonly store: Store;
    readonly name: string;
    readonly settings: Settings;
    readonly nowMs: number;
    readonly classes: readonly LatencyClass[];
  },
): Promise<FindingsView> {
  const { store, name, settings, nowMs, classes } = options;
  const target = await store.target(name);
  const objectives = await readObjectives(target, settings, { classes, nowMs });
  const events = await target.events({ fromMs: nowMs - WEEK_MS, toMs: nowMs });
  const changes = viewEvents(events.filter(({ kind }) => kind === 'finding'));
  if (latest === null) return { takenAtMs: null, findings: [], objectives, unavailable: [], changes };
  return {
    takenAtMs: latest.takenAt.getTime(),
    findings: findingRows(latest.report, await readProposed(store, name)),
    objectives,
    unavailable: latest.report.unavailable,
    changes,
  };
}

function findingRows(report: AuditReport, proposed: Proposed): readonly FindingRow[] {
  return report.findings.map((finding) => findingRow(finding, report, proposed));
}

/** Actions by the SQL that they run: what became of a proposal. */
type Proposed = ReadonlyMap<string, { readonly id: string; readonly state: string }>;

const KNOWN_ACTIONS = 1_000;

async function readProposed(store: Store, target: string): Promise<Proposed> {
  const stored = await store.actions.actions({ target, limit: KNOWN_ACTIONS });
  // The one that changed last comes first, and shall win.
  return new Map(
    stored
      .toReversed()
      .map(actionOf)
      .map((one) => [sqlKey(one.change.statements), { id: one.id, state: standingOf(one) }]),
  );
}

/** Shows one finding with the proposals that answer it. */
function findingRow(finding: ReportedFinding, report: AuditReport, proposed: Proposed): FindingRow {
  const { subject } = finding;
  return {
    id: finding.id,
    severity: finding.severity,
    title: finding.title,
    subject: subject.schema === '' ? subject.name : displayName(subject.schema, subject.name),
    subjectKind: subject.kind,
    queryId: subject.queryId ?? null,
    evidence: Object.entries(finding.evidence).map(([field, value]) => ({
      name: describeField(field),
      value: formatEvidence(field, value),
    })),
    threshold: `${finding.threshold.key} = ${String(finding.threshold.value)}`,
    remedy: finding.remedy,
    source: finding.source,
    proposals: report.proposals
      .filter((proposal) => finding.proposals.includes(proposal.id))
      .map((proposal) => ({
        title: proposal.title,
        sql: proposal.do,
        undo: proposal.undo,
        action: proposed.get(sqlKey(proposal.do)) ?? null,
      })),
  };
}

/** Gives the findings about one statement. */
export async function findingsOfStatement(
  store: Store,
  watcher: Watcher,
  fingerprint: string,
): Promise<readonly FindingRow[]> {
  const report = watcher.slowLook.latest()?.report;
  if (report === undefined) return [];
  return findingRows(report, await readProposed(store, watcher.target.name)).filter(
    ({ queryId }) => queryId !== null && watcher.fingerprints.ofQueryId(queryId) === fingerprint,
  );
}
