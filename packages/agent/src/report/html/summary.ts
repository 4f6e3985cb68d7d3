import type { Objective } from '../../diagnose/index.ts';
import {
  countSeverities,
  formatObjectiveActual,
  formatObjectiveTarget,
  groupGaps,
  nameObjective,
  nameSeverity,
  SEVERITY_ORDER,
} from '../overview.ts';
import type { AuditReport } from '../types.ts';
import { barChart } from './bar-chart.ts';
import { dataTable, folded } from './data-table.ts';
import { html, type Markup } from './markup.ts';
import { section } from './page.ts';

/** Checks named beside their remedy; the others are folded away. */
const SHOWN_CHECKS = 6;
const SHOWN_REASONS = 3;

/** Renders the counts at a glance and the service levels. */
export function renderSummary(report: AuditReport): Markup {
  const counts = countSeverities(report);
  const total = report.findings.length;
  const tiles = SEVERITY_ORDER.map(
    (severity) =>
      html`<li class="${severity}"><b>${counts[severity]}</b> ${nameSeverity(severity, counts[severity]).replace(/^\d+ /, '')}</li>`,
  );
  const chart = barChart({
    id: 'severity-chart',
    title: 'Findings by severity',
    description: SEVERITY_ORDER.map((severity) => nameSeverity(severity, counts[severity])).join(', '),
    bars: [
      {
        label: 'findings by severity',
        shown: `${total} findings`,
        segments: SEVERITY_ORDER.map((severity) => ({ series: severity, value: counts[severity] })),
      },
    ],
    maximum: Math.max(total, 1),
    formatTick: (value) => String(Math.round(value)),
  });
  return html`<section id="summary" aria-labelledby="summary-head"><h2 id="summary-head">At a glance</h2>
<ul class="tiles">${tiles}<li><b>${report.proposals.length}</b> proposals</li>
<li><b>${report.unavailable.length}</b> not checked</li></ul>
${total === 0 ? null : chart}${renderObjectives(report)}</section>`;
}

function renderObjectives(report: AuditReport): Markup | null {
  if (report.objectives.length === 0) return null;
  const rows = report.objectives.map((objective) => [
    nameObjective(objective),
    standing(objective),
    formatObjectiveActual(objective),
    formatObjectiveTarget(objective),
  ]);
  const methods = report.objectives.map(
    (objective) => html`<dt>${nameObjective(objective)}</dt><dd>${objective.method}</dd>`,
  );
  const table = dataTable(
    'Objectives',
    [
      { head: 'objective' },
      { head: 'standing' },
      { head: 'actual', kind: 'number' },
      { head: 'target', kind: 'number' },
    ],
    rows,
  );
  return html`${table}${folded('How these were found', html`<dl>${methods}</dl>`)}`;
}

function standing({ met }: Objective): Markup {
  if (met === null) return html`<span class="unknown">? unknown</span>`;
  return met ? html`<span class="met">✔ met</span>` : html`<span class="missed">✘ missed</span>`;
}

/** Renders what could not be checked, grouped by what would help. */
export function renderUnavailable(
  { unavailable }: Pick<AuditReport, 'unavailable'>,
  name = 'Not checked',
): Markup | null {
  if (unavailable.length === 0) return null;
  const groups = groupGaps(unavailable).map(({ remedy, reasons, ids }) => {
    const list = html`<p class="meta">${ids.map((id) => html`<code>${id}</code> `)}</p>`;
    const why =
      reasons.length <= SHOWN_REASONS
        ? html`<p>${reasons.join('; ')}</p>`
        : folded(
            `${reasons.length} reasons`,
            html`<ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`,
          );
    return html`<li>${why}<p><strong>Remedy:</strong> ${remedy}</p>
${ids.length <= SHOWN_CHECKS ? list : folded(`${ids.length} checks`, list)}</li>`;
  });
  return section('unavailable', name, html`<ul class="gaps">${groups}</ul>`);
}
