import { formatCount, formatDuration } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import type { Audit, AuditReport } from '../types.ts';
import { renderFindings, renderProposals } from './findings.ts';
import { html, type Markup, trustedMarkup } from './markup.ts';
import { renderColumns, renderScanRatios, renderSizes } from './relations.ts';
import { renderStatements } from './statements.ts';
import { STYLE } from './style.ts';
import { renderSummary, renderUnavailable } from './summary.ts';

/** Nothing is loaded and nothing runs, whatever a name in the database tries. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

interface PageSection {
  readonly id: string;
  readonly name: string;
  /** Null when there is nothing to show. */
  readonly content: Markup | null;
}

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
  const present = sections.filter((section) => section.content !== null);
  const links = present.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(CONTENT_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>pgsteward audit: ${report.target.name}</title>
<style>${trustedMarkup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the findings</a>
<header>${renderHead(report)}<nav aria-label="Sections"><ul>${links}</ul></nav></header>
<main id="content">
${present.map((section) => section.content)}
</main>
<footer><p>pgsteward changed nothing on the target. Each threshold is a setting: <code>pgsteward config --origin</code>
shows where its value comes from.</p></footer>
</body>
</html>
`.toString();
}

function renderHead(report: AuditReport): Markup {
  const { target, selfLoad } = report;
  return html`<h1>pgsteward audit: ${target.name}</h1>
<p>PostgreSQL ${target.serverVersion}, database <code>${target.database}</code></p>
<p class="meta"><time datetime="${report.startedAt}">${formatTime(report.startedAt)}</time> · took
${formatDuration(report.durationMs)} · cost the target ${formatCount(selfLoad.statements)} statements,
${formatDuration(selfLoad.databaseMs)}</p>`;
}
