import { escapeControls, formatCount, formatRatio } from '../../kernel/index.ts';
import { type NodeShare, type Plan, type PlanNode, planNodes, planShares } from '../../planner/index.ts';
import { shorten, wrap } from '../fit-text.ts';
import { groupGaps } from '../overview.ts';
import { renderRewriteBlock } from '../rewrites/render-text.ts';
import { renderFindingBlock } from '../text/finding-line.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { describeSupposed, HOT, nodeDetails, nodeFacts, nodeTitle, planTotals } from './describe-plan.ts';
import { renderVariants, renderVerification } from './render-comparisons.ts';
import type { ExplainReport } from './types.ts';

/** Renders a plan as a tree: what each node does, its own share of time or cost, rows estimated and measured. */
export function renderExplainText(report: ExplainReport, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { target, whatIf } = report;
  const head = [
    paint.heading(shorten(escapeControls(`pgsteward explain · ${target.name}`), width)),
    paint.dim(
      `PostgreSQL ${escapeControls(target.serverVersion)} · database ${escapeControls(target.database)}`,
    ),
    paint.dim(report.isAnalyzed ? 'run once, read-only, rolled back' : 'planned, not run'),
  ];
  const sections = [
    head,
    renderPlan(report.plan, options, paint),
    renderProblems(report, options, paint),
    renderRewrites(report, options, paint),
    renderVariants(report, width, paint),
    whatIf === null ? [] : renderWhatIf(whatIf, options, paint),
    report.verification === null ? [] : renderVerification(report.verification, width, paint),
    renderGaps(report, width, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderProblems(
  { findings, isAnalyzed, plan, whatIf }: ExplainReport,
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  const unmeasured = 'estimates, spills and lossy bitmaps show only when it is run: --analyze';
  const unindexed =
    'whether an index would help is no problem of the plan: --with-index tries yours, `pgsteward indexes` searches for one';
  const blocks = findings.flatMap((finding) => renderFindingBlock(finding, options));
  return [
    paint.heading('Problems'),
    ...(blocks.length === 0 ? [`  ${paint.good('✔')} nothing found above its threshold`] : blocks),
    ...[
      ...(isAnalyzed ? [] : [unmeasured]),
      ...(whatIf === null && isFilteredScan(plan) ? [unindexed] : []),
    ].flatMap((line) => wrap(line, usableWidth(options) - 2).map((part) => paint.dim(`  ${part}`))),
  ];
}

function renderRewrites({ rewrites }: ExplainReport, options: TextOptions, paint: Paint): readonly string[] {
  if (rewrites.length === 0) return [];
  return [paint.heading('Written otherwise'), ...rewrites.flatMap((one) => renderRewriteBlock(one, options))];
}

/** Whether much of the plan is reading a whole table for the rows that a condition lets through. */
function isFilteredScan(plan: Plan): boolean {
  const shares = planShares(plan);
  return planNodes(plan.root).some(
    ({ id, type, details }) =>
      type === 'Seq Scan' && 'Filter' in details && (shares.get(id)?.selfRatio ?? 0) >= HOT,
  );
}

function renderPlan(plan: Plan, options: TextOptions, paint: Paint): readonly string[] {
  const width = usableWidth(options);
  const settings = Object.entries(plan.settings).map(([name, value]) => `${name} = ${value}`);
  return [
    ...renderNode(plan.root, { prefix: '', connector: '', width, paint, shares: planShares(plan) }),
    paint.dim(planTotals(plan).join(' · ')),
    ...(settings.length === 0
      ? []
      : wrap(escapeControls(`settings: ${settings.join(', ')}`), width).map(paint.dim)),
  ];
}

interface Drawing {
  /** What stands in front of the lines below the node. */
  readonly prefix: string;
  /** What stands in front of the node itself. */
  readonly connector: string;
  readonly width: number;
  readonly paint: Paint;
  readonly shares: ReadonlyMap<number, NodeShare>;
}

function renderNode(node: PlanNode, drawing: Drawing): readonly string[] {
  const { prefix, connector, width, paint, shares } = drawing;
  const share = shares.get(node.id);
  const title = escapeControls(nodeTitle(node));
  const first = shorten(`${prefix}${connector}${title}`, width);
  const below = prefix + (connector === '' ? '' : connector === '└─ ' ? '   ' : '│  ');
  const inner = `${below}${node.children.length === 0 ? '   ' : '│  '}`;
  const lines = [nodeFacts(node, share), ...nodeDetails(node)].flatMap((line) =>
    wrap(escapeControls(line), Math.max(20, width - inner.length)).map((part) =>
      paint.dim(`${inner}${part}`),
    ),
  );
  return [
    (share?.selfRatio ?? 0) >= HOT ? paint.bold(first) : first,
    ...lines,
    ...node.children.flatMap((child, index) => {
      const isLast = index === node.children.length - 1;
      return renderNode(child, { ...drawing, prefix: below, connector: isLast ? '└─ ' : '├─ ' });
    }),
  ];
}

function renderWhatIf(
  whatIf: NonNullable<ExplainReport['whatIf']>,
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  const width = usableWidth(options);
  const saved = whatIf.beforeCost === 0 ? 0 : 1 - whatIf.afterCost / whatIf.beforeCost;
  const verdict = `cost ${formatCount(Math.round(whatIf.beforeCost))} → ${formatCount(Math.round(whatIf.afterCost))}`;
  return [
    paint.heading('What if'),
    ...whatIf.indexes.flatMap((index) => [
      `  ${paint.command(escapeControls(index.sql))}`,
      ...wrap(describeSupposed(index), width - 4).map((line) => `    ${paint.dim(escapeControls(line))}`),
    ]),
    ...whatIf.hidden.map((name) => `  without ${escapeControls(name)}`),
    `  ${paint.bold(verdict)} ${saved >= 0 ? paint.good(`(${formatRatio(saved)} less)`) : paint.bad(`(${formatRatio(-saved)} more)`)}`,
    '',
    ...renderPlan(whatIf.plan, options, paint),
  ];
}

function renderGaps(report: ExplainReport, width: number, paint: Paint): readonly string[] {
  if (report.unavailable.length === 0) return [];
  return [
    paint.heading('Not known'),
    ...groupGaps(report.unavailable).flatMap((group) => [
      ...group.reasons.flatMap((reason) =>
        wrap(escapeControls(reason), width - 2).map((line) => `  ${line}`),
      ),
      ...wrap(`→ ${escapeControls(group.remedy)}`, width - 4).map((line) => `    ${paint.dim(line)}`),
    ]),
  ];
}
