import type { CacheAlternative, CacheCandidate, CacheRefusal } from '../../advise/index.ts';
import { countOf, escapeControls, formatDuration, formatRatio } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { shorten, shortenStatement, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { layOutTable } from '../text/table.ts';
import { renderUnavailable } from '../text/unavailable.ts';
import {
  ALTERNATIVES,
  describeCachingWorkload,
  describeCondition,
  describeSaving,
  formatCalls,
  INVALIDATIONS,
} from './describe.ts';
import type { CacheAdviceReport } from './types.ts';

const INDENT = ' '.repeat(6);

/** Columns of the table beside the statement. */
const FIGURES_WIDTH = 62;

/** Reasons shown unless everything is asked for. */
const SHOWN_REFUSALS = 8;

/** Renders the advice on caching for a terminal: a table, then each statement with its snippet. */
export function renderCacheAdviceText(
  report: CacheAdviceReport,
  options: TextOptions & { readonly verbose?: boolean },
): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { target, candidates } = report;
  const drawing = { paint, width };
  const line = (text: string): string => paint.dim(shorten(escapeControls(text), width));
  const sections: readonly (readonly string[])[] = [
    [
      paint.heading(shorten(escapeControls(`pgsteward cache advise · ${target.name}`), width)),
      line(
        `PostgreSQL ${target.serverVersion} · database ${target.database} · ${formatTime(report.startedAt)}`,
      ),
      line(describeCachingWorkload(report)),
    ],
    candidates.length === 0
      ? [`  ${paint.good('✔')} no statement asks to be cached`]
      : renderTable(candidates, drawing),
    ...candidates.map((one, index) => renderCandidate(one, index + 1, drawing)),
    renderAlternatives(report.alternatives, drawing),
    renderRefusals(report.refusals, drawing, options.verbose === true),
    renderUnavailable(report, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

interface Drawing {
  readonly paint: Paint;
  readonly width: number;
}

function renderTable(candidates: readonly CacheCandidate[], { paint, width }: Drawing): readonly string[] {
  const columns = [
    { head: '   #', align: 'right' },
    { head: 'saves', align: 'right' },
    { head: 'hits', align: 'right' },
    { head: 'calls/day', align: 'right' },
    { head: 'mean', align: 'right' },
    { head: 'ends by' },
    { head: 'ttl', align: 'right' },
    { head: 'statement' },
  ] as const;
  const rows = candidates.map((one, index) => [
    `${index + 1}.`,
    atMost(one, one.timeRatio * one.highHitRatio, one.savedRatio),
    atMost(one, one.highHitRatio, one.hitRatio),
    formatCalls(one.callsPerDay),
    formatDuration(one.meanMs),
    INVALIDATIONS[one.invalidation],
    formatDuration(one.ttlMs),
    shortenStatement(one.sql, Math.max(20, width - FIGURES_WIDTH)),
  ]);
  return layOutTable(columns, rows, paint.dim);
}

/** Of what has first to be tried, only the most is sure. */
function atMost({ isConditional }: CacheCandidate, most: number, expected: number): string {
  return isConditional ? `≤ ${formatRatio(most)}` : formatRatio(expected);
}

function renderCandidate(one: CacheCandidate, rank: number, drawing: Drawing): readonly string[] {
  const { paint, width } = drawing;
  const room = width - INDENT.length;
  const lines = (text: string, style: (text: string) => string = (part) => part): readonly string[] =>
    wrap(escapeControls(text), room).map((part) => INDENT + style(part));
  const condition = describeCondition(one);
  return [
    `  ${`${rank}.`.padStart(3)} ${paint.bold(shortenStatement(one.sql, room))}`,
    ...lines(describeSaving(one), one.isConditional ? paint.warn : paint.good),
    ...lines(one.why),
    ...lines(one.staleness),
    ...(condition === null ? [] : lines(condition, paint.warn)),
    ...one.assumptions.flatMap((text) => lines(`assumed: ${text}`, paint.dim)),
    ...one.snippet.split('\n').map((text) => INDENT + paint.command(escapeControls(text))),
  ];
}

function renderAlternatives(
  alternatives: readonly CacheAlternative[],
  { paint, width }: Drawing,
): readonly string[] {
  if (alternatives.length === 0) return [];
  const room = width - INDENT.length;
  return [
    paint.heading('Served better by something else'),
    ...alternatives.flatMap((one) => [
      `  ${paint.bold(shorten(`${ALTERNATIVES[one.kind]} (${formatRatio(one.timeRatio)} of the time): ${shortenStatement(one.sql, width)}`, width - 2))}`,
      ...wrap(escapeControls(one.why), room).map((part) => INDENT + part),
      ...wrap(escapeControls(one.remedy), room).map(
        (part, index) => `    ${index === 0 ? paint.good('→') : ' '} ${part}`,
      ),
    ]),
  ];
}

function renderRefusals(
  refusals: readonly CacheRefusal[],
  { paint, width }: Drawing,
  isVerbose: boolean,
): readonly string[] {
  const worth = isVerbose ? refusals : refusals.filter(({ reason }) => reason !== 'too-little');
  const shown = isVerbose ? worth : worth.slice(0, SHOWN_REFUSALS);
  const hidden = refusals.length - shown.length;
  if (refusals.length === 0) return [];
  return [
    paint.heading('Better not cached'),
    ...shown.flatMap((one) => [
      `  ${shorten(`${formatRatio(one.timeRatio)} of the time: ${shortenStatement(one.sql, width)}`, width - 2)}`,
      ...wrap(escapeControls(one.why), width - INDENT.length).map((part) => INDENT + paint.dim(part)),
    ]),
    ...(hidden === 0 ? [] : [`  ${paint.dim(`and ${countOf(hidden, 'statement')} more: --verbose`)}`]),
  ];
}
