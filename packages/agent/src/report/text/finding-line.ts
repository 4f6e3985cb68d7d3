import type { Finding, Severity } from '../../diagnose/index.ts';
import { escapeControls } from '../../kernel/index.ts';
import { formatThreshold, tellingEvidence } from '../evidence.ts';
import { displayWidth, shorten, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';

const BADGES: Readonly<Record<Severity, string>> = {
  critical: 'CRITICAL',
  warning: 'WARNING',
  info: 'NOTE',
};

const BADGE_WIDTH = 8;
/** Two spaces, the badge, two spaces. */
const INDENT = BADGE_WIDTH + 4;

/** Renders a finding as one line: badge, title, the most telling value. */
export function renderFindingLine(finding: Finding, options: TextOptions): string {
  const paint = createPaint(options.color);
  const room = usableWidth(options) - INDENT;
  const [first] = tellingEvidence(finding, 1);
  const title = shorten(escapeControls(finding.title), room);
  const fact = first === undefined ? '' : `  ${first[0]} ${first[1]}`;
  const isRoomy = displayWidth(title) + displayWidth(fact) <= room;
  return `  ${badge(finding.severity, paint)}  ${title}${isRoomy ? paint.dim(fact) : ''}`;
}

/** Renders a finding with one line of evidence, its remedy and, dim, the check and its threshold. */
export function renderFindingBlock(finding: Finding, options: TextOptions): readonly string[] {
  const paint = createPaint(options.color);
  const room = usableWidth(options) - INDENT;
  const indent = ' '.repeat(INDENT);
  const [first = '', ...rest] = wrap(escapeControls(finding.title), room);
  const evidence = fitEvidence(finding, room);
  const remedy = wrap(escapeControls(finding.remedy), room - 2);
  return [
    `  ${badge(finding.severity, paint)}  ${paint.bold(first)}`,
    ...rest.map((line) => indent + paint.bold(line)),
    ...(evidence === '' ? [] : [indent + evidence]),
    ...remedy.map((line, index) => `${indent}${index === 0 ? paint.good('→') : ' '} ${line}`),
    ...ruleLines(finding, room).map((line) => indent + paint.dim(line)),
  ];
}

/** Names the check and the setting that moves its threshold, never cut: both are there to be copied. */
function ruleLines(finding: Finding, width: number): readonly string[] {
  const id = escapeControls(finding.id);
  const threshold = `${escapeControls(finding.threshold.key)} = ${formatThreshold(finding.threshold)}`;
  const line = `${id} · ${threshold}`;
  return displayWidth(line) <= width ? [line] : [id, threshold];
}

function badge(severity: Severity, paint: Paint): string {
  return paint.severity(severity, BADGES[severity].padEnd(BADGE_WIDTH));
}

/** Joins as many of the most telling values as fit on one line. */
function fitEvidence(finding: Finding, width: number): string {
  let line = '';
  for (const [label, value] of tellingEvidence(finding)) {
    const longer = line === '' ? `${label} ${value}` : `${line} · ${label} ${value}`;
    if (displayWidth(longer) > width) break;
    line = longer;
  }
  return line;
}
