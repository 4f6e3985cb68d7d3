import type { Proposal } from '../advise/index.ts';
import type { Objective, Severity } from '../diagnose/index.ts';
import { escapeControls, formatRatioBeside, formatUnit, groupBy } from '../kernel/index.ts';
import type { Gap } from '../observe/index.ts';
import type { AuditReport } from './types.ts';

/** Severities, worst first. */
export const SEVERITY_ORDER: readonly Severity[] = ['critical', 'warning', 'info'];

/** Counts findings by severity. */
export function countSeverities(report: AuditReport): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const finding of report.findings) counts[finding.severity] += 1;
  return counts;
}

/** Says what one number of findings of a severity is: `1 warning`, `3 notes`. */
export function nameSeverity(severity: Severity, count: number): string {
  const word = severity === 'info' ? 'note' : severity;
  return `${count} ${count === 1 || severity === 'critical' ? word : `${word}s`}`;
}

/** Shows an objective's level with its direction: `≥ 98 %`, `≤ 200 ms`. */
export function formatObjectiveTarget(objective: Objective): string {
  return `${objective.unit === 'ms' ? '≤' : '≥'} ${formatUnit(objective.target, objective.unit)}`;
}

/** Shows where an objective stands; `unknown` when it cannot be known. */
export function formatObjectiveActual(objective: Objective): string {
  const { actual, target, unit } = objective;
  if (actual === null) return 'unknown';
  return unit === 'ratio' ? formatRatioBeside(actual, target) : formatUnit(actual, unit);
}

/** Names an objective: `objective/index-scan` → `index scan`. */
export function nameObjective(objective: Objective): string {
  return escapeControls(objective.id.replace(/^objective\//, '').replaceAll('-', ' '));
}

/** Orders proposals by the worst finding that asks for them. */
export function rankProposals(report: Pick<AuditReport, 'findings' | 'proposals'>): readonly Proposal[] {
  const rank = new Map<string, number>();
  report.findings.forEach((finding, index) => {
    const severity = SEVERITY_ORDER.indexOf(finding.severity) * report.findings.length + index;
    for (const id of finding.proposals) rank.set(id, Math.min(rank.get(id) ?? Number.MAX_VALUE, severity));
  });
  const rankOf = (proposal: Proposal): number => rank.get(proposal.id) ?? Number.MAX_VALUE;
  return report.proposals.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Blind spots that one remedy would clear. */
export interface GapGroup {
  readonly remedy: string;
  readonly reasons: readonly string[];
  readonly ids: readonly string[];
}

/** Groups blind spots by their remedy, the remedy that clears most of them first. */
export function groupGaps(gaps: readonly Gap[]): readonly GapGroup[] {
  const groups = [...groupBy(gaps, (gap) => gap.remedy)].map(([remedy, members]) => ({
    remedy,
    reasons: [...new Set(members.map((gap) => gap.reason))],
    ids: [...new Set(members.map((gap) => gap.id))],
  }));
  return groups.toSorted((a, b) => b.ids.length - a.ids.length);
}

/** Names the first few of a list and counts the rest: `a, b and 3 more`. */
export function listSome(names: readonly string[], limit: number): string {
  const shown = names.slice(0, limit).map(escapeControls).join(', ');
  const rest = names.length - limit;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
