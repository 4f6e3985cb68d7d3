import type { Recommendation } from '../../advise/index.ts';
import { countOf, escapeControls } from '../../kernel/index.ts';
import { formatEffect } from '../effect.ts';
import { describeField, formatEvidence, formatTime } from '../evidence.ts';
import { shorten, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { layOutTable } from '../text/table.ts';
import { renderUnavailable } from '../text/unavailable.ts';
import { describeMachine, describeWorkload } from './describe.ts';
import type { TuneReport } from './types.ts';

const INDENT = ' '.repeat(6);

/** Renders the recommendations for a terminal: each with what speaks for it, its SQL, its risk and its undo. */
export function renderTuneText(report: TuneReport, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { target, recommendations } = report;
  const line = (text: string): string => paint.dim(shorten(escapeControls(text), width));
  const head = [
    paint.heading(shorten(escapeControls(`pgsteward tune · ${target.name}`), width)),
    line(
      `PostgreSQL ${target.serverVersion} · database ${target.database} · ${formatTime(report.startedAt)}`,
    ),
    line(`${describeMachine(report)} · ${describeWorkload(report)}`),
  ];
  const isQuiet = recommendations.length + report.openFindings.length === 0;
  const none = isQuiet ? [[`  ${paint.good('✔')} no setting asks to be changed`]] : [];
  const blocks = recommendations.map((one, index) => renderOne(one, index + 1, { options, paint }));
  const sections = [
    head,
    ...none,
    ...blocks,
    renderOpenFindings(report, options, paint),
    renderPooler(report, options, paint),
    renderUnavailable(report, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

interface Drawing {
  readonly options: TextOptions;
  readonly paint: Paint;
}

function renderOne(one: Recommendation, rank: number, { options, paint }: Drawing): readonly string[] {
  const room = usableWidth(options) - INDENT.length;
  const lines = (text: string, style: (text: string) => string): readonly string[] =>
    wrap(escapeControls(text), room).map((part) => INDENT + style(part));
  const plain = (text: string): string => text;
  const when = one.needsRestart ? 'restart pending' : 'takes effect at once';
  const subject = one.table === null ? one.setting : one.title;
  const effect = formatEffect(one);
  return [
    `  ${`${rank}.`.padStart(3)} ${paint.bold(shorten(escapeControls(`${subject}: ${one.current} → ${one.proposed}`), room))}`,
    ...lines(`${one.basis} · ${when}`, one.basis === 'measured' ? paint.good : paint.warn),
    ...lines(one.why, plain),
    ...one.do.map((sql) => INDENT + paint.command(escapeControls(sql))),
    ...(effect === null ? [] : lines(`expected: ${effect} (${one.effect.method})`, plain)),
    ...lines(`${one.risk.level} risk: ${one.risk.why}`, paint.dim),
    ...lines(`undo: ${one.undo.join(' ')}`, paint.dim),
    ...lines(evidenceOf(one), paint.dim),
  ];
}

/** What the audit finds about settings, where which value to take does not follow from it. */
function renderOpenFindings(
  { openFindings }: TuneReport,
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  if (openFindings.length === 0) return [];
  const room = usableWidth(options) - INDENT.length;
  return [
    paint.heading('Findings about settings, for you to decide'),
    ...openFindings.flatMap(({ severity, title, remedy }) => [
      ...wrap(escapeControls(`${severity}: ${title}`), room).map((part) => `  ${part}`),
      ...wrap(escapeControls(remedy), room).map((part, index) => `    ${index === 0 ? '→' : ' '} ${part}`),
    ]),
  ];
}

function evidenceOf({ evidence }: Recommendation): string {
  return Object.entries(evidence)
    .filter(([field, value]) => value !== null && field !== 'ruleSource')
    .map(([field, value]) => `${describeField(field)} ${formatEvidence(field, value)}`)
    .join(' · ');
}

function renderPooler({ pooler }: TuneReport, options: TextOptions, paint: Paint): readonly string[] {
  if (pooler === null) return [];
  const width = usableWidth(options);
  const rows = pooler.pools.map(({ database, user, busyMost, size }) => [
    `  ${escapeControls(shorten(`${user} in ${database}`, width / 2))}`,
    busyMost.toFixed(1),
    String(size),
  ]);
  const summary = `default_pool_size ${pooler.defaultPoolSize}, ${countOf(pooler.maximumServers, 'connection')} in all, ${countOf(pooler.maximumClients, 'client')}: --pgbouncer-ini writes the file`;
  return [
    paint.heading(`Pools of a PgBouncer before the server (${pooler.basis})`),
    ...wrap(pooler.why, width - 2).map((part) => `  ${part}`),
    ...layOutTable(
      [{ head: '  pool' }, { head: 'busy at most', align: 'right' }, { head: 'size', align: 'right' }],
      rows,
      paint.dim,
    ),
    ...wrap(summary, width - 2).map((part) => `  ${paint.dim(part)}`),
  ];
}
