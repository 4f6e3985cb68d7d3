import { escapeControls, formatBytes } from '../../kernel/index.ts';
import { formatEffect } from '../effect.ts';
import { shorten, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

/** An action as a terminal shows it; times are milliseconds since 1970. */
export interface ActionSummary {
  readonly id: string;
  readonly target: string;
  /** Where it stands, for a person. */
  readonly standing: string;
  readonly title: string;
  readonly statements: readonly string[];
  readonly undo: readonly string[];
  readonly effect: {
    readonly metric: string;
    readonly before: number | null;
    readonly after: number | null;
    readonly unit: string;
    readonly method: string;
  };
  readonly risk: { readonly level: string; readonly why: string };
  readonly findings: readonly string[];
  readonly addsBytes: number;
  readonly proposedBy: string;
  readonly notBeforeMs: number | null;
  readonly changedAtMs: number;
  readonly note: string;
}

/** An entry of the ledger as a terminal shows it. */
export interface LedgerLine {
  readonly number: number;
  readonly atMs: number;
  readonly target: string;
  readonly action: string;
  readonly event: string;
  readonly actor: string;
  readonly text: string;
  readonly sql: readonly string[];
}

/** Renders a list of actions, each with all of what it is: names that are cut cannot be told apart. */
export function renderActionsText(actions: readonly ActionSummary[], options: TextOptions): string {
  if (actions.length === 0)
    return 'nothing is proposed: `pgsteward serve` proposes what it finds; what was done is in `pgsteward ledger`\n';
  const paint = createPaint(options.color);
  const room = Math.max(20, usableWidth(options) - 44);
  const rows = actions.flatMap(({ id, target, standing, title }) => {
    const [first = '', ...others] = wrap(escapeControls(title), room);
    return [
      [id, standingText(standing, paint), shorten(escapeControls(target), 20), first],
      ...others.map((line) => ['', '', '', line]),
    ];
  });
  const columns = ['id', 'state', 'target', 'what'].map((head) => ({ head }));
  return `${layOutTable(columns, rows, paint.dim).join('\n')}\n`;
}

/** Renders one action whole: what will run, why, what it is expected to do, what can go wrong, what takes it back. */
export function renderActionText(action: ActionSummary, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { effect, risk } = action;
  const labelled = (label: string, text: string): readonly string[] =>
    wrap(escapeControls(text), width - 10).map(
      (line, index) => `  ${(index === 0 ? label : '').padEnd(8)}${line}`,
    );
  const sql = (label: string, statements: readonly string[]): readonly string[] =>
    statements
      .flatMap((statement) => statement.split('\n'))
      .map(
        (line, index) => `  ${(index === 0 ? label : '').padEnd(8)}${paint.command(escapeControls(line))}`,
      );
  const expected = formatEffect(action);
  return `${[
    `${paint.bold(action.id)} ${standingText(action.standing, paint)} ${escapeControls(action.title)}`,
    ...sql('runs', action.statements),
    ...(action.findings.length === 0 ? [] : labelled('why', action.findings.join(', '))),
    ...(expected === null ? [] : labelled('effect', `${expected}, ${effect.method}`)),
    ...(action.addsBytes === 0 ? [] : labelled('space', formatBytes(action.addsBytes))),
    ...labelled('risk', `${risk.level}: ${risk.why}`),
    ...(action.undo.length === 0
      ? labelled(
          'undo',
          'read from the database before anything is changed, where there is something to take back',
        )
      : sql('undo', action.undo)),
    ...labelled('by', action.proposedBy),
    ...(action.notBeforeMs === null ? [] : labelled('from', new Date(action.notBeforeMs).toISOString())),
    ...(action.note === '' || action.note === action.title ? [] : labelled('note', action.note)),
  ].join('\n')}\n`;
}

/** Renders entries of the ledger, oldest first. */
export function renderLedgerText(entries: readonly LedgerLine[], options: TextOptions): string {
  if (entries.length === 0) return 'the ledger is empty\n';
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  return `${entries
    .toSorted((a, b) => a.number - b.number)
    .flatMap(({ number, atMs, target, action, event, actor, text, sql }) => [
      `${paint.dim(`${String(number).padStart(5)} ${new Date(atMs).toISOString().slice(0, 19)}Z`)} ${paint.bold(event)} ${action} on ${escapeControls(target)} by ${escapeControls(actor)}`,
      ...wrap(escapeControls(text), width - 6).map((line) => `      ${line}`),
      ...sql
        .flatMap((statement) => statement.split('\n'))
        .map((line) => `      ${paint.command(escapeControls(line))}`),
    ])
    .join('\n')}\n`;
}

function standingText(standing: string, paint: Paint): string {
  if (standing === 'kept') return paint.good(standing);
  if (standing === 'failed') return paint.bad(standing);
  return ['proposed', 'rejected', 'withdrawn', 'undone'].includes(standing) ? standing : paint.warn(standing);
}
