import { escapeControls, formatDuration } from '../../kernel/index.ts';
import { shorten, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

/** Alerts and silences as a terminal shows them; times are milliseconds since 1970. */
export interface AlertsSummary {
  readonly alerts: readonly {
    readonly name: string;
    readonly severity: string;
    readonly status: string;
    readonly target: string;
    readonly summary: string;
    readonly sinceMs: number;
    readonly muted: string | null;
  }[];
  readonly silences: readonly {
    readonly id: string;
    readonly matchers: readonly string[];
    readonly endsAtMs: number;
    readonly author: string;
    readonly comment: string;
  }[];
}

/** Rules and measurements as a terminal shows them. */
export interface RulesSummary {
  readonly rules: readonly {
    readonly id: string;
    readonly severity: string;
    readonly condition: string;
    readonly forMs: number;
  }[];
  readonly measurements: readonly { readonly name: string; readonly summary: string }[];
}

/** What a rule would have done; durations in milliseconds. */
export interface DryRunSummary {
  readonly rule: string;
  readonly severity: string;
  readonly readingsCount: number;
  readonly firedCount: number;
  readonly firingMs: number;
  readonly transitions: readonly {
    readonly atMs: number;
    readonly target: string;
    readonly from: string;
    readonly to: string;
    readonly summary: string;
  }[];
}

/** Renders what fires and what is silenced. */
export function renderAlertsText({ alerts, silences }: AlertsSummary, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const loud = alerts.filter(({ name }) => name !== 'watchdog');
  const lines = loud.flatMap(({ name, severity, status, target, summary, sinceMs, muted }) => {
    const word = status === 'firing' ? severity : status;
    const head = `${escapeControls(name)}${target === '' ? '' : ` on ${escapeControls(target)}`}`;
    const about = `since ${time(sinceMs)}${muted === null ? '' : `; ${escapeControls(muted)}`}`;
    return [
      `${paintStatus(paint, word)} ${paint.bold(head)}`,
      ...wrap(escapeControls(summary), width - 4).map((line) => `    ${line}`),
      ...wrap(about, width - 4).map((line) => `    ${paint.dim(line)}`),
    ];
  });
  const shown = lines.length === 0 ? [paint.good('nothing fires')] : lines;
  const muted = silences.map(
    ({ id, matchers, endsAtMs, author, comment }) =>
      `  ${id}  ${escapeControls(matchers.join(', '))} until ${time(endsAtMs)}, by ${escapeControls(author)}: ${escapeControls(comment)}`,
  );
  const tail = muted.length === 0 ? [] : ['', paint.heading('silences'), ...muted];
  return `${[...shown, ...tail].join('\n')}\n`;
}

/** Renders the rules in force and what rules can look at. */
export function renderRulesText({ rules, measurements }: RulesSummary, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const cells = rules.map(({ id, severity, condition, forMs }) => [
    escapeControls(id),
    severity,
    shorten(escapeControls(condition), Math.max(20, width - 50)),
    forMs === 0 ? '' : formatDuration(forMs),
  ]);
  const columns = [{ head: 'rule' }, { head: 'severity' }, { head: 'fires when' }, { head: 'for' }];
  const names = measurements.map(({ name, summary }) => [name, shorten(summary, Math.max(20, width - 36))]);
  return `${[
    ...layOutTable(columns, cells, paint.dim),
    '',
    ...layOutTable([{ head: 'measurement' }, { head: 'what it is' }], names, paint.dim),
  ].join('\n')}\n`;
}

/** Renders what a rule would have done. */
export function renderDryRunText(runs: readonly DryRunSummary[], options: TextOptions): string {
  const paint = createPaint(options.color);
  const lines = runs.flatMap((run) => {
    const times = run.firedCount === 1 ? 'once' : `${run.firedCount} times`;
    const what =
      run.readingsCount === 0
        ? 'nothing was measured in this time'
        : `would have fired ${times}, ${formatDuration(run.firingMs)} in all (${run.readingsCount} readings)`;
    return [
      `${paint.bold(`${escapeControls(run.rule)} ${run.severity}`)} ${what}`,
      ...run.transitions.map(
        ({ atMs, target, from, to, summary }) =>
          `    ${time(atMs)}  ${escapeControls(target)}  ${from} → ${to}  ${paint.dim(escapeControls(summary))}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function paintStatus(paint: Paint, word: string): string {
  if (word === 'critical') return paint.bad(word);
  return word === 'warning' || word === 'no-data' ? paint.warn(word) : paint.dim(word);
}

function time(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
