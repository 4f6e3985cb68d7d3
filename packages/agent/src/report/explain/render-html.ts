import { formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import { planShape } from '../../planner/index.ts';
import { formatTime } from '../evidence.ts';
import { dataTable } from '../html/data-table.ts';
import { findingCards, renderProposals } from '../html/findings.ts';
import { codeLines, html, type Markup } from '../html/markup.ts';
import { renderPage, section } from '../html/page.ts';
import { renderUnavailable } from '../html/summary.ts';
import { describeCost, describeExactness } from '../rewrites/describe.ts';
import type { AdvisedRewrite } from '../rewrites/types.ts';
import type { ReportedFinding } from '../types.ts';
import { describeSupposed } from './describe-plan.ts';
import { renderPlanTree } from './plan-tree.ts';
import type { ExplainReport, VerifiedPlan } from './types.ts';

/** Renders an explanation as one self-contained page: no script, no external asset; light and dark, phone and print. */
export function renderExplainHtml(report: ExplainReport): string {
  const { target, statement, plan, findings, whatIf, variants, verification } = report;
  return renderPage({
    title: `pgsteward explain: ${target.name}`,
    skip: 'Skip to the plan',
    head: html`<h1>pgsteward explain: ${target.name}</h1>
<p>PostgreSQL ${target.serverVersion}, database <code>${target.database}</code>, ${report.isAnalyzed ? 'run once, read-only, rolled back' : 'planned, not run'}</p>
<p class="meta"><time datetime="${report.startedAt}">${formatTime(report.startedAt)}</time>${statement.queryId === null ? null : html` · query id <code>${statement.queryId}</code>`}</p>`,
    sections: [
      { id: 'statement', name: 'Statement', content: renderStatement(report) },
      { id: 'plan', name: 'Plan', content: section('plan', 'Plan', renderPlanTree(plan)) },
      {
        id: 'problems',
        name: 'Problems',
        content: section('problems', 'Problems', renderProblems(report)),
      },
      { id: 'next', name: 'What to do next', content: renderProposals(report) },
      {
        id: 'rewrites',
        name: 'Written otherwise',
        content:
          report.rewrites.length === 0
            ? null
            : section('rewrites', 'Written otherwise', report.rewrites.map(renderRewrite)),
      },
      {
        id: 'values',
        name: 'With typical values',
        content:
          variants.length === 0 ? null : section('values', 'With typical values', renderVariants(report)),
      },
      {
        id: 'what-if',
        name: 'What if',
        content: whatIf === null ? null : section('what-if', 'What if', renderWhatIf(whatIf)),
      },
      {
        id: 'verification',
        name: 'Shadow and target',
        content:
          verification === null
            ? null
            : section('verification', 'Shadow and target', verification.map(renderVerified)),
      },
      { id: 'unavailable', name: 'Not known', content: renderUnavailable(report, 'Not known') },
    ],
    foot: html`<p>${findings.length === 0 ? 'Nothing found above its threshold. ' : null}pgsteward changed nothing on the target.</p>`,
  });
}

function renderRewrite(rewrite: AdvisedRewrite): Markup {
  return html`<h3>${rewrite.title}: ${describeCost(rewrite)}</h3>
<p>${describeExactness(rewrite)}. ${rewrite.changes}; ${rewrite.why}.</p>
<pre><code>${codeLines(rewrite.sql)}</code></pre>`;
}

function renderStatement({ statement, plan }: ExplainReport): Markup {
  const { root, executionMs, planningMs } = plan;
  const tiles: readonly (readonly [string, string])[] = [
    ...(executionMs === null ? [] : [[formatDuration(executionMs), 'execution'] as const]),
    ...(planningMs === null ? [] : [[formatDuration(planningMs), 'planning'] as const]),
    [formatCount(Math.round(root.totalCost)), 'planned cost'],
    [formatCount(root.actualRows ?? root.planRows), root.actualRows === null ? 'rows expected' : 'rows'],
    ...(root.buffers === null
      ? []
      : [[formatCount(root.buffers.sharedHit + root.buffers.sharedRead), 'blocks'] as const]),
  ];
  return section(
    'statement',
    'Statement',
    html`<pre><code>${codeLines(statement.sql)}</code></pre>
<ul class="tiles">${tiles.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}</ul>`,
  );
}

function renderProblems(report: ExplainReport): Markup {
  const { findings, isAnalyzed } = report;
  const card = findingCards(report);
  return html`${findings.length === 0 ? html`<p>Nothing found above its threshold.</p>` : null}
${findings.map((finding, index) => card(withoutStatement(finding), index === 0))}
${isAnalyzed ? null : html`<p class="meta">Wrong estimates, spills and lossy bitmaps show only when it is run: <code>--analyze</code>.</p>`}`;
}

/** The statement stands at the top of the page. */
function withoutStatement(finding: ReportedFinding): ReportedFinding {
  const { query: _, ...evidence } = finding.evidence;
  return { ...finding, evidence };
}

function renderVariants({ plan, variants }: ExplainReport): Markup {
  const generic = planShape(plan.root);
  return dataTable(
    'The plan for values from the statistics',
    [
      { head: 'value' },
      { head: 'cost', kind: 'number' },
      { head: 'rows', kind: 'number' },
      { head: 'plan' },
      { head: 'parameters', kind: 'code' },
    ],
    variants.map(({ kind, values, plan: own }) => [
      kind,
      formatCount(Math.round(own.root.totalCost)),
      formatCount(own.root.planRows),
      planShape(own.root) === generic ? 'the same' : html`<span class="missed">another</span>`,
      values.map((value, index) => `$${index + 1} = ${value ?? 'null'}`).join(', '),
    ]),
  );
}

function renderWhatIf(whatIf: NonNullable<ExplainReport['whatIf']>): Markup {
  const { indexes, hidden, beforeCost, afterCost, plan, planner } = whatIf;
  const saved = beforeCost === 0 ? 0 : 1 - afterCost / beforeCost;
  const sizeBytes = indexes.reduce((sum, one) => sum + one.sizeBytes, 0);
  return html`${indexes.map(
    (one) => html`<pre><code>${codeLines(one.sql)}</code></pre><p class="meta">${describeSupposed(one)}</p>`,
  )}
${hidden.map((name) => html`<p>Without <code>${name}</code></p>`)}
<ul class="tiles"><li><b>${formatCount(Math.round(beforeCost))}</b>cost as it is</li>
<li><b>${formatCount(Math.round(afterCost))}</b>cost then</li>
<li><b>${formatRatio(Math.abs(saved))}</b>${saved >= 0 ? 'less' : 'more'}</li>
${indexes.length === 0 ? null : html`<li><b>${formatBytes(sizeBytes)}</b>predicted size</li>`}</ul>
<p class="meta">Planned by PostgreSQL ${planner.serverVersion} (${planner.provider}).</p>
${renderPlanTree(plan)}`;
}

function renderVerified({ indexes, shadowCost, targetCost, differences }: VerifiedPlan): Markup {
  const costs = `cost ${formatCount(Math.round(shadowCost))} in the shadow, ${formatCount(Math.round(targetCost))} on the target`;
  return html`<h3>${indexes === 'existing' ? 'As it is' : 'With what is supposed'}: ${
    differences.length === 0
      ? html`<span class="met">the same plan</span>`
      : html`<span class="missed">they differ</span>`
  }</h3>
<p class="meta">${costs}</p>
${
  differences.length === 0
    ? null
    : dataTable(
        'Where they differ',
        [
          { head: 'node' },
          { head: 'what' },
          { head: 'shadow', kind: 'code' },
          { head: 'target', kind: 'code' },
        ],
        differences.map(({ path, what, left, right }) => [path, what, left, right]),
      )
}`;
}
