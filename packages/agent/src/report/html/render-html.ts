import { formatCount, formatDuration } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import type { Audit, AuditReport } from '../types.ts';
import { renderFindings, renderProposals } from './findings.ts';
import { html, type Markup } from './markup.ts';
import { type PageSection, renderPage } from './page.ts';
import { renderColumns, renderScanRatios, renderSizes } from './relations.ts';
import { renderStatements } from './statements.ts';
import { renderSummary, renderUnavailable } from './summary.ts';

/** Renders an audit as one self-contained page: no script, no external asset; light and dark, phone and print. */
export function renderHtml(audit: Audit): string {
  const { report, snapshot } = audit;
  const sections: readonly PageSection[] = [
    { id: 'summary', name: 'At a glance', content: renderSummary(report) },
    { id: 'findings', name: 'Findings', content: renderFindings(report) },
    { id: 'next', name: 'What to do next', content: renderProposals(report) },
    { id: 'statements', name: 'Statements', content: renderStatements(snapshot) },
    { id: 'sizes', name: 'Sizes', content: renderSizes(snapshot) },
    { id: 'scans', name: 'Index scans', content: renderScanRatios(snapshot, report) },
    { id: 'columns', name: 'Columns', content: renderColumns(snapshot) },
    { id: 'unavailable', name: 'Not checked', content: renderUnavailable(report) },
  ];
  return renderPage({
    title: `pgsteward audit: ${report.target.name}`,
    skip: 'Skip to the findings',
    head: renderHead(report),
    sections,
    foot: html`<p>pgsteward changed nothing on the target. Each threshold is a setting: <code>pgsteward config --origin</code>
shows where its value comes from.</p>`,
  });
}

function renderHead(report: AuditReport): Markup {
  const { target, selfLoad } = report;
  return html`<h1>pgsteward audit: ${target.name}</h1>
<p>PostgreSQL ${target.serverVersion}, database <code>${target.database}</code></p>
<p class="meta"><time datetime="${report.startedAt}">${formatTime(report.startedAt)}</time> · took
${formatDuration(report.durationMs)} · cost the target ${formatCount(selfLoad.statements)} statements,
${formatDuration(selfLoad.databaseMs)}</p>`;
}
