import type { Proposal } from '../../advise/index.ts';
import { formatCount, formatDuration } from '../../kernel/index.ts';
import { formatEffect } from '../effect.ts';
import { describeField, formatEvidence, formatThreshold, formatTime } from '../evidence.ts';
import { shorten } from '../fit-text.ts';
import {
  countSeverities,
  formatObjectiveActual,
  formatObjectiveTarget,
  groupGaps,
  listSome,
  nameObjective,
  nameSeverity,
  rankProposals,
  SEVERITY_ORDER,
} from '../overview.ts';
import { statementsOf } from '../statements.ts';
import type { Audit, AuditReport, ReportedFinding } from '../types.ts';
import { codeBlock, codeInTable, codeSpan, escapeMarkdown } from './escape.ts';
import { renderQueriesMarkdown } from './queries.ts';
import { markdownTable } from './table.ts';

const SHOWN_STATEMENTS = 10;
const SHOWN_CHECKS = 8;
const EVIDENCE_LENGTH = 300;

/** Renders an audit for an issue or a chat: headings, tables, SQL in fenced blocks; ends with a line break. */
export function renderMarkdown({ report, snapshot }: Audit): string {
  const statements = statementsOf(snapshot);
  const top =
    statements.length === 0
      ? ''
      : `## Top statements\n\n${renderQueriesMarkdown(statements, { by: 'total', limit: SHOWN_STATEMENTS }).trimEnd()}`;
  return renderParts(report, top);
}

/** Renders a report that was kept without the statements behind it. */
export function renderReportMarkdown(report: AuditReport): string {
  return renderParts(report, '');
}

function renderParts(report: AuditReport, statements: string): string {
  const parts = [
    renderHead(report),
    renderObjectives(report),
    renderFindings(report),
    renderProposals(report),
    statements,
    renderUnavailable(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderHead(report: AuditReport): string {
  const { target, selfLoad } = report;
  const counts = countSeverities(report);
  const glance = SEVERITY_ORDER.map((severity) => nameSeverity(severity, counts[severity])).join(', ');
  return [
    `# pgsteward audit: ${escapeMarkdown(target.name)}`,
    `PostgreSQL ${escapeMarkdown(target.serverVersion)}, database ${codeSpan(target.database)}, ` +
      `${escapeMarkdown(formatTime(report.startedAt))}. Took ${formatDuration(report.durationMs)}; cost the target ` +
      `${formatCount(selfLoad.statements)} statements and ${formatDuration(selfLoad.databaseMs)}.`,
    `**${glance}**, ${report.proposals.length} proposals, ${report.unavailable.length} not checked.`,
  ].join('\n\n');
}

function renderObjectives(report: AuditReport): string {
  if (report.objectives.length === 0) return '';
  const rows = report.objectives.map((objective) => [
    nameObjective(objective),
    objective.met === null ? 'unknown' : objective.met ? 'met' : '**missed**',
    formatObjectiveActual(objective),
    formatObjectiveTarget(objective),
    escapeMarkdown(objective.method),
  ]);
  const columns = [
    { head: 'objective' },
    { head: '' },
    { head: 'actual', align: 'right' as const },
    { head: 'target', align: 'right' as const },
    { head: 'method' },
  ];
  return `## Objectives\n\n${markdownTable(columns, rows)}`;
}

function renderFindings(report: AuditReport): string {
  if (report.findings.length === 0) return '## Findings\n\nNothing found above its threshold.';
  const loud = report.findings.filter((finding) => finding.severity !== 'info');
  const notes = report.findings.filter((finding) => finding.severity === 'info');
  const listed = notes.map((note) => `- ${escapeMarkdown(note.title)} (${codeSpan(note.id)})`).join('\n');
  return [
    ...(loud.length === 0 ? [] : ['## Findings', ...loud.map(renderFinding)]),
    ...(notes.length === 0
      ? []
      : [`<details><summary>${nameSeverity('info', notes.length)}</summary>`, listed, '</details>']),
  ].join('\n\n');
}

function renderFinding(finding: ReportedFinding): string {
  const rows = Object.entries(finding.evidence).map(([field, value]) => [
    escapeMarkdown(describeField(field)),
    typeof value === 'string'
      ? codeInTable(shorten(formatEvidence(field, value), EVIDENCE_LENGTH))
      : escapeMarkdown(shorten(formatEvidence(field, value), EVIDENCE_LENGTH)),
  ]);
  const { threshold } = finding;
  return [
    `### ${finding.severity === 'critical' ? '🔴 critical' : '🟡 warning'}: ${escapeMarkdown(finding.title)}`,
    ...(rows.length === 0 ? [] : [markdownTable([{ head: 'evidence' }, { head: 'value' }], rows)]),
    `**Remedy:** ${escapeMarkdown(finding.remedy)}`,
    `${codeSpan(finding.id)}, threshold ${codeSpan(threshold.key)} = ${escapeMarkdown(formatThreshold(threshold))}. ` +
      `Source: ${escapeMarkdown(finding.source)}.`,
  ].join('\n\n');
}

function renderProposals(report: AuditReport): string {
  if (report.proposals.length === 0) return '';
  return ['## What to do next', ...rankProposals(report).map(renderProposal)].join('\n\n');
}

function renderProposal(proposal: Proposal, index: number): string {
  const effect = formatEffect(proposal);
  return [
    `### ${index + 1}. ${escapeMarkdown(proposal.title)}`,
    `Risk **${proposal.risk.level}**: ${escapeMarkdown(proposal.risk.why)}.${effect === null ? '' : ` Effect: ${escapeMarkdown(effect)}.`}`,
    codeBlock(proposal.do.join('\n')),
    ...(proposal.afterwards ?? []).flatMap(({ what, sql }) => [`${escapeMarkdown(what)}:`, codeBlock(sql)]),
    ...(proposal.undo.length === 0
      ? ['Nothing to undo.']
      : [`<details><summary>Undo</summary>\n\n${codeBlock(proposal.undo.join('\n'))}\n\n</details>`]),
  ].join('\n\n');
}

function renderUnavailable(report: AuditReport): string {
  if (report.unavailable.length === 0) return '';
  const items = groupGaps(report.unavailable).map((group) => {
    const reasons = listSome(group.reasons, SHOWN_CHECKS);
    return `- ${escapeMarkdown(reasons)}. **Remedy:** ${escapeMarkdown(group.remedy)}. (${escapeMarkdown(listSome(group.ids, SHOWN_CHECKS))})`;
  });
  return `## Not checked\n\n${items.join('\n')}`;
}
