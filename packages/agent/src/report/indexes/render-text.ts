import type { AdvisedStatement, Proposal } from '../../advise/index.ts';
import {
  countOf,
  escapeControls,
  formatBytes,
  formatCount,
  formatDuration,
  formatRatio,
} from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { shorten, shortenStatement, wrap } from '../fit-text.ts';
import { groupGaps } from '../overview.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { layOutTable } from '../text/table.ts';
import { renderFrontier } from './frontier.ts';
import { groupSkipped } from './skipped.ts';
import { capitalize, changedStatements, describeBudget, summarizeAdvice } from './summary.ts';
import type { IndexReport } from './types.ts';

/** What the terminal shows of an advice. */
export interface IndexesTextOptions extends TextOptions {
  /** Draws benefit against size. */
  readonly hasFrontier: boolean;
  /** Every statement, the skipped ones too. */
  readonly verbose: boolean;
}

const SHOWN_STATEMENTS = 10;

/** Renders the index advice for a terminal: what it is worth, what to create and drop, which statements gain. */
export function renderIndexesText(report: IndexReport, options: IndexesTextOptions): string {
  const paint = createPaint(options.color);
  const sections = [
    renderHead(report, options, paint),
    renderProposals(report, options, paint),
    options.hasFrontier ? renderFrontier(report.advice.frontier, options) : [],
    renderStatements(report, options, paint),
    renderSkipped(report, options, paint),
    renderGaps(report, options, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderHead(report: IndexReport, options: IndexesTextOptions, paint: Paint): readonly string[] {
  const { target, planner, workload, selfLoad, advice } = report;
  const width = usableWidth(options);
  const summary = summarizeAdvice(report);
  const source = workload.sources.length === 0 ? 'no source' : workload.sources.join(', ');
  const lines = [
    `PostgreSQL ${target.serverVersion} · database ${target.database} · planned by ${
      planner.provider === 'shadow'
        ? `a shadow (PostgreSQL ${planner.serverVersion}, no rows)`
        : 'hypopg on the target'
    }`,
    `${countOf(workload.statements, 'statement')} from ${source}, ${summary.weighing} · ${countOf(
      advice.candidates,
      'candidate',
    )}, ${countOf(advice.calls, 'plan')}, ${formatDuration(report.durationMs)}`,
    `${formatTime(report.startedAt)} · ${
      selfLoad.statements === 0
        ? 'the target was not asked'
        : `cost the target ${countOf(selfLoad.statements, 'statement')}, ${formatDuration(selfLoad.databaseMs)}`
    }`,
  ];
  return [
    paint.heading(shorten(escapeControls(`pgsteward indexes · ${target.name}`), width)),
    ...lines.flatMap((line) => wrap(escapeControls(line), width).map(paint.dim)),
    '',
    paint.bold(
      advice.indexes.length + advice.drops.length === 0
        ? `${capitalize(summary.headline)}.`
        : `${capitalize(summary.headline)}: ${describeBudget(report, summary.newBytes)}, ${formatBytes(summary.droppedBytes)} dropped`,
    ),
    ...[summary.bound, summary.ending]
      .filter((line) => line !== null)
      .flatMap((line) => wrap(line, width - 2).map((part) => `  ${paint.dim(part)}`)),
  ];
}

function renderProposals(report: IndexReport, options: IndexesTextOptions, paint: Paint): readonly string[] {
  if (report.proposals.length === 0) return [];
  return [
    paint.heading('What to do'),
    ...report.proposals.flatMap((proposal, index) => [
      ...(index === 0 ? [] : ['']),
      ...renderProposal(proposal, index + 1, report, { options, paint }),
    ]),
  ];
}

function renderProposal(
  proposal: Proposal,
  rank: number,
  report: IndexReport,
  { options, paint }: { readonly options: IndexesTextOptions; readonly paint: Paint },
): readonly string[] {
  const indent = ' '.repeat(6);
  const room = usableWidth(options) - indent.length;
  const [first = '', ...others] = wrap(escapeControls(proposal.title), room);
  const index = report.advice.indexes.find((one) => proposal.id.endsWith(`.${one.name}`));
  const served =
    index === undefined ? [] : [`${index.why} · serves ${countOf(index.statements.length, 'statement')}`];
  const notes = [...served, `${proposal.risk.level} risk: ${proposal.risk.why}`];
  return [
    `  ${`${rank}.`.padStart(3)} ${paint.bold(first)}`,
    ...others.map((line) => indent + paint.bold(line)),
    ...proposal.do.flatMap((sql) =>
      sql.split('\n').map((line) => indent + paint.command(escapeControls(line))),
    ),
    ...proposal.undo.map((sql) => indent + paint.dim(`undo: ${escapeControls(sql)}`)),
    ...(proposal.afterwards ?? []).flatMap(({ what, sql }) => [
      ...wrap(`${escapeControls(what)}:`, room).map((line) => indent + paint.dim(line)),
      ...sql.split('\n').map((line) => indent + paint.command(escapeControls(line))),
    ]),
    ...notes.flatMap((note) => wrap(escapeControls(note), room).map((line) => indent + paint.dim(line))),
  ];
}

function renderStatements(report: IndexReport, options: IndexesTextOptions, paint: Paint): readonly string[] {
  const changed = changedStatements(report);
  if (changed.length === 0) return [];
  const shown = options.verbose ? changed : changed.slice(0, SHOWN_STATEMENTS);
  const columns = [
    { head: 'before', align: 'right' },
    { head: 'after', align: 'right' },
    { head: 'saved', align: 'right' },
    { head: 'of all', align: 'right' },
    { head: 'calls', align: 'right' },
    { head: 'uses' },
  ] as const;
  const [head = '', ...lines] = layOutTable(
    columns,
    shown.map((one) => statementCells(one, report)),
    paint.dim,
  );
  const width = usableWidth(options);
  const rest = changed.length - shown.length;
  return [
    paint.heading('Statements, planned cost of one run'),
    `  ${head}`,
    ...lines.flatMap((line, index) => [
      `  ${shorten(line, width - 2)}`,
      `    ${paint.command(shortenStatement(shown[index]?.sql ?? null, width - 4))}`,
    ]),
    ...(rest === 0
      ? []
      : [`  ${paint.dim(`and ${rest} more: --verbose or --json, which also holds the plans`)}`]),
  ];
}

function statementCells(one: AdvisedStatement, report: IndexReport): readonly string[] {
  const saved = one.beforeCost === 0 ? 0 : 1 - one.afterCost / one.beforeCost;
  return [
    formatCount(Math.round(one.beforeCost)),
    formatCount(Math.round(one.afterCost)),
    formatRatio(saved),
    report.advice.baseCost === 0 ? '-' : formatRatio((one.weight * one.beforeCost) / report.advice.baseCost),
    one.calls === null ? '-' : formatCount(one.calls),
    escapeControls(one.indexes.join(', ')),
  ];
}

function renderSkipped(report: IndexReport, options: IndexesTextOptions, paint: Paint): readonly string[] {
  const { skipped } = report.advice;
  if (skipped.length === 0) return [];
  const width = usableWidth(options);
  const lines = groupSkipped(skipped, width - 14).flatMap(({ reason, count, statements }) => [
    escapeControls(`${formatCount(count)} × ${reason}`),
    ...(options.verbose ? statements.map((one) => `  ${one}`) : []),
  ]);
  return [
    paint.heading('Statements left out'),
    ...lines.map((line) => `  ${paint.dim(shorten(line, width - 2))}`),
  ];
}

function renderGaps(report: IndexReport, options: IndexesTextOptions, paint: Paint): readonly string[] {
  if (report.unavailable.length === 0) return [];
  const width = usableWidth(options);
  return [
    paint.heading('Not known'),
    ...groupGaps(report.unavailable).flatMap((group) => [
      ...group.reasons.flatMap((reason) =>
        wrap(escapeControls(reason), width - 2).map((line) => `  ${line}`),
      ),
      ...wrap(escapeControls(group.remedy), width - 6).map(
        (line, index) => `    ${paint.dim(index === 0 ? `→ ${line}` : `  ${line}`)}`,
      ),
    ]),
  ];
}
