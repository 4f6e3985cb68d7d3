import type { AdvisedStatement, Proposal } from '../../advise/index.ts';
import { countOf, formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { renderPlanTree } from '../explain/plan-tree.ts';
import { shortenStatement } from '../fit-text.ts';
import { legend, niceMaximum } from '../html/bar-chart.ts';
import { curveChart } from '../html/curve-chart.ts';
import { dataTable, folded } from '../html/data-table.ts';
import { proposalList } from '../html/findings.ts';
import { codeLines, html, type Markup } from '../html/markup.ts';
import { renderPage, section } from '../html/page.ts';
import { renderUnavailable } from '../html/summary.ts';
import { groupSkipped } from './skipped.ts';
import { capitalize, changedStatements, describeBudget, summarizeAdvice } from './summary.ts';
import type { IndexReport } from './types.ts';

const STATEMENT_LENGTH = 120;

/** Renders the index advice as one self-contained page: no script, no external asset; light and dark, phone and print. */
export function renderIndexesHtml(report: IndexReport): string {
  const { target, planner, workload, advice, selfLoad } = report;
  return renderPage({
    title: `pgsteward indexes: ${target.name}`,
    skip: 'Skip to the advice',
    head: html`<h1>pgsteward indexes: ${target.name}</h1>
<p>PostgreSQL ${target.serverVersion}, database <code>${target.database}</code>, planned by ${
      planner.provider === 'shadow'
        ? `a shadow without rows (PostgreSQL ${planner.serverVersion})`
        : 'hypopg on the target'
    }</p>
<p class="meta"><time datetime="${report.startedAt}">${formatTime(report.startedAt)}</time> · took
${formatDuration(report.durationMs)} · ${countOf(workload.statements, 'statement')} from ${workload.sources.join(', ')}, ${summarizeAdvice(report).weighing} ·
${countOf(advice.candidates, 'candidate')}, ${countOf(advice.calls, 'plan')} · ${
      selfLoad.statements === 0
        ? 'the target was not asked'
        : `cost the target ${countOf(selfLoad.statements, 'statement')}, ${formatDuration(selfLoad.databaseMs)}`
    }</p>`,
    sections: [
      { id: 'summary', name: 'At a glance', content: renderSummary(report) },
      { id: 'frontier', name: 'Benefit against size', content: renderFrontier(report) },
      { id: 'next', name: 'What to do', content: renderNext(report) },
      { id: 'statements', name: 'Statements', content: renderStatements(report) },
      { id: 'skipped', name: 'Left out', content: renderSkipped(report) },
      { id: 'unavailable', name: 'Not known', content: renderUnavailable(report, 'Not known') },
    ],
    foot: html`<p>Costs are the planner's, of one run each; measure before you believe them. pgsteward changed nothing on the
target.</p>`,
  });
}

function renderSummary(report: IndexReport): Markup {
  const { advice } = report;
  const summary = summarizeAdvice(report);
  const tiles: readonly (readonly [string, string])[] = [
    [formatRatio(summary.savedRatio), "of the workload's planned cost saved"],
    [
      formatBytes(summary.newBytes),
      advice.indexes.length === 1 ? 'one new index' : `${advice.indexes.length} new indexes`,
    ],
    [
      formatBytes(summary.droppedBytes),
      advice.drops.length === 1 ? 'one dropped' : `${advice.drops.length} dropped`,
    ],
    [
      formatCount(changedStatements(report).length),
      `of ${formatCount(advice.statements.length)} statements change`,
    ],
  ];
  const words = [describeBudget(report, summary.newBytes), summary.bound, summary.ending];
  return section(
    'summary',
    'At a glance',
    html`<ul class="tiles">${tiles.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}</ul>
<p class="meta">${words.filter((one) => one !== null).join('; ')}.</p>`,
  );
}

function renderNext(report: IndexReport): Markup {
  const content =
    report.proposals.length === 0
      ? html`<p>${capitalize(summarizeAdvice(report).headline)}.</p>`
      : proposalList(report.proposals, (proposal) => servedBy(report, proposal));
  return section('next', 'What to do', content);
}

/** Says why the index of a proposal is worth having; null for other proposals. */
function servedBy({ advice }: IndexReport, { kind, id }: Proposal): string | null {
  const index = advice.indexes.find((one) => kind === 'create-index' && id.endsWith(`.${one.name}`));
  if (index === undefined) return null;
  return `${index.why} · serves ${countOf(index.statements.length, 'statement')}`;
}

function renderFrontier(report: IndexReport): Markup | null {
  const { indexes, frontier } = report.advice;
  const { newBytes, savedRatio } = summarizeAdvice(report);
  const points = frontierPoints([
    ...frontier.map((one) => ({
      sizeBytes: one.sizeBytes,
      savedRatio: Math.max(0, 1 - one.relativeCost),
      count: one.indexes.length,
    })),
    { sizeBytes: newBytes, savedRatio, count: indexes.length },
  ]);
  const largest = Math.max(newBytes, ...points.map((point) => point.sizeBytes));
  if (points.length < 2 || largest === 0) return null;
  const describe = (sizeBytes: number, saved: number, count: number): string =>
    `${formatRatio(saved)} saved with ${formatBytes(sizeBytes)}, ${countOf(count, 'index', 'indexes')}`;
  const chosen = describe(newBytes, savedRatio, indexes.length);
  const chart = curveChart({
    id: 'frontier-chart',
    title: 'Benefit against size',
    description: `Share of the workload's planned cost that sets of new indexes save, by their size. Advised: ${chosen}.`,
    points: points.map(({ sizeBytes: x, savedRatio: y, count }) => ({ x, y, label: describe(x, y, count) })),
    chosen: { x: newBytes, y: savedRatio, label: `Advised: ${chosen}` },
    maximum: {
      x: niceMaximum(largest, 1024),
      y: Math.min(1, niceMaximum(Math.max(savedRatio, ...points.map((one) => one.savedRatio)), 10)),
    },
    formatTick: { x: formatBytes, y: formatRatio },
  });
  const table = dataTable(
    'Benefit against size',
    [
      { head: 'size', kind: 'number' },
      { head: 'saves', kind: 'number' },
      { head: 'indexes', kind: 'number' },
    ],
    points.map((point) => [
      formatBytes(point.sizeBytes),
      formatRatio(point.savedRatio),
      formatCount(point.count),
    ]),
  );
  const key = legend([
    ['series-1', 'best set of each size'],
    ['chosen', 'advised'],
  ]);
  return section(
    'frontier',
    'Benefit against size',
    html`<figure>${key}${chart}${folded('Show as table', table)}</figure>`,
  );
}

/** A set of indexes: its size, what it saves, how many they are. */
interface SizedSet {
  readonly sizeBytes: number;
  readonly savedRatio: number;
  readonly count: number;
}

/** Sets by size, without those that save no more than a smaller one. */
function frontierPoints(sets: readonly SizedSet[]): readonly SizedSet[] {
  let best = -1;
  return sets
    .toSorted((a, b) => a.sizeBytes - b.sizeBytes || b.savedRatio - a.savedRatio)
    .filter(({ savedRatio }) => {
      if (savedRatio <= best) return false;
      best = savedRatio;
      return true;
    });
}

function renderStatements(report: IndexReport): Markup | null {
  const changed = changedStatements(report);
  if (changed.length === 0) return null;
  return section(
    'statements',
    'Statements',
    html`<p class="meta">Those whose planned cost changes, the largest saving of the workload first.</p>
${changed.map(renderStatement)}`,
  );
}

function renderStatement(one: AdvisedStatement): Markup {
  const { beforeCost, afterCost } = one;
  const ratio = beforeCost === 0 ? 1 : afterCost / beforeCost;
  const facts = [
    `cost ${formatCount(Math.round(beforeCost))} → ${formatCount(Math.round(afterCost))}`,
    `${formatRatio(Math.abs(1 - ratio))} ${ratio <= 1 ? 'less' : 'more'}`,
    ...(one.indexes.length === 0 ? [] : [`uses ${one.indexes.join(', ')}`]),
  ];
  return html`<details class="card"><summary><code>${shortenStatement(one.sql, STATEMENT_LENGTH)}</code>
<span class="facts"><span class="share" aria-hidden="true"><i style="width:${Math.round(Math.min(1, ratio) * 100)}%"></i></span> ${facts.join(' · ')}</span></summary><div class="body">
<pre><code>${codeLines(one.sql)}</code></pre>
<p class="meta"><code>${one.id}</code>, weight ${formatCount(Math.round(one.weight))}</p>
<div class="beside"><div><h3>As it is</h3>${renderPlanTree({ root: one.beforePlan })}</div>
<div><h3>With the advice</h3>${renderPlanTree({ root: one.afterPlan })}</div></div></div></details>
`;
}

function renderSkipped({ advice }: IndexReport): Markup | null {
  if (advice.skipped.length === 0) return null;
  const groups = groupSkipped(advice.skipped, STATEMENT_LENGTH).map(({ reason, count, statements }) =>
    folded(
      `${countOf(count, 'statement')}: ${reason}`,
      dataTable(
        'Statements left out',
        [{ head: 'statement', kind: 'code' }],
        statements.map((one) => [one]),
      ),
    ),
  );
  return section('skipped', 'Left out', html`${groups}`);
}
