import type { Objective } from '../../diagnose/index.ts';
import { countOf, escapeControls, formatCount, formatDuration } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { displayWidth, shorten, wrap } from '../fit-text.ts';
import {
  countSeverities,
  formatObjectiveActual,
  formatObjectiveTarget,
  nameObjective,
  nameSeverity,
  SEVERITY_ORDER,
} from '../overview.ts';
import type { AuditReport } from '../types.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

/** Renders what was audited, when, and what that cost the target. */
export function renderHeader(report: AuditReport, options: TextOptions): readonly string[] {
  const paint = createPaint(options.color);
  const { name, serverVersion, database } = report.target;
  const title = `pgsteward audit · ${escapeControls(name)}`;
  const server = `PostgreSQL ${escapeControls(serverVersion)} · database ${escapeControls(database)}`;
  const { statements, databaseMs } = report.selfLoad;
  const cost =
    `${formatTime(report.startedAt)} · took ${formatDuration(report.durationMs)} · cost the target ` +
    `${formatCount(statements)} statements, ${formatDuration(databaseMs)}`;
  const width = usableWidth(options);
  return [
    ...wrap(title, width).map(paint.heading),
    ...wrap(server, width),
    ...wrap(cost, width).map(paint.dim),
  ];
}

/** Renders the counts of everything on one line. */
export function renderGlance(report: AuditReport, options: TextOptions): readonly string[] {
  const paint = createPaint(options.color);
  const counts = countSeverities(report);
  const parts = SEVERITY_ORDER.map((severity) => {
    const text = nameSeverity(severity, counts[severity]);
    return counts[severity] === 0 ? paint.dim(text) : paint.severity(severity, text);
  });
  const proposals = report.proposals.length;
  const blind = report.unavailable.length;
  parts.push(countOf(proposals, 'proposal'));
  parts.push(blind === 0 ? paint.dim('nothing unchecked') : `${blind} not checked`);
  const lines: string[] = [];
  let line = ' ';
  for (const part of parts) {
    if (line !== ' ' && displayWidth(line) + displayWidth(part) + 3 > usableWidth(options)) {
      lines.push(line);
      line = ' ';
    }
    line += line === ' ' ? ` ${part}` : `   ${part}`;
  }
  return [...lines, line];
}

/** Renders the service levels as a compact table; unknown ones say why. */
export function renderObjectives(report: AuditReport, options: TextOptions): readonly string[] {
  if (report.objectives.length === 0) return [];
  const paint = createPaint(options.color);
  const rows = report.objectives.map((objective) => [
    `  ${mark(objective, usableWidth(options) >= 60, paint)}`,
    nameObjective(objective),
    formatObjectiveActual(objective),
    paint.dim(formatObjectiveTarget(objective)),
  ]);
  const columns = [{ head: '' }, { head: '' }, { head: '', align: 'right' as const }, { head: '' }];
  const lines = layOutTable(columns, rows);
  return [
    paint.heading('Objectives'),
    ...lines.map((line, index) => {
      const room = usableWidth(options) - displayWidth(line) - 2;
      const method = report.objectives[index]?.method ?? '';
      return room < 20 ? line : `${line}  ${paint.dim(shorten(escapeControls(method), room))}`;
    }),
  ];
}

/** Marks an objective as met, missed or unknown: in words too where there is room. */
function mark({ met }: Objective, isRoomy: boolean, paint: Paint): string {
  if (met === null) return paint.dim(isRoomy ? '? unknown' : '?');
  if (met) return paint.good(isRoomy ? '✔ met' : '✔');
  return paint.bad(isRoomy ? '✘ missed' : '✘');
}
