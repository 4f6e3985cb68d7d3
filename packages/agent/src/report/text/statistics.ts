import { countOf, escapeControls, formatBytes } from '../../kernel/index.ts';
import { wrap } from '../fit-text.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';

/** A file of statistics, counted. */
export interface StatisticsSummary {
  readonly file: string;
  /** Null when it was read and not written. */
  readonly fileBytes: number | null;
  readonly database: string;
  readonly serverVersion: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly isRedacted: boolean;
  readonly tablesCount: number;
  readonly indexesCount: number;
  readonly columnsCount: number;
  readonly extendedCount: number;
  readonly extremesCount: number;
  readonly statementsCount: number;
  readonly extensions: readonly string[];
  readonly rowsCount: number;
  /** Tables and indexes on the server, in bytes. */
  readonly sizeBytes: number;
  readonly gaps: readonly { readonly reason: string; readonly remedy: string }[];
}

const LABEL_WIDTH = 12;

/** Renders what a file of statistics holds and what it lacks; shows no value. */
export function renderStatisticsText(summary: StatisticsSummary, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const line = (label: string, text: string): readonly string[] =>
    wrap(escapeControls(text), width - LABEL_WIDTH).map(
      (part, index) => `${paint.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${part}`,
    );
  const size = summary.fileBytes === null ? '' : `, ${formatBytes(summary.fileBytes)}`;
  const { extensions, gaps } = summary;
  const lines = [
    ...line('file', `${summary.file}${size}`),
    ...line(
      'of',
      `database ${summary.database}, PostgreSQL ${summary.serverVersion}, taken at ${summary.takenAt}`,
    ),
    ...line(
      'schema',
      `${countOf(summary.tablesCount, 'table')}, ${countOf(summary.indexesCount, 'index', 'indexes')}, ${countOf(summary.statementsCount, 'statement')}`,
    ),
    ...line(
      'size',
      `${formatBytes(summary.sizeBytes)} in ${countOf(summary.rowsCount, 'row')} on the server; none of the rows is here`,
    ),
    ...line(
      'statistics',
      `${countOf(summary.columnsCount, 'column')}, ${countOf(summary.extendedCount, 'extended', 'extended')}, ends of ${countOf(summary.extremesCount, 'column')}`,
    ),
    ...line(
      'values',
      summary.isRedacted ? 'left out (redacted)' : 'most common values, histogram bounds, ends of columns',
    ),
    ...(extensions.length === 0 ? [] : line('extensions', extensions.join(', '))),
  ];
  const missing = gaps.flatMap(({ reason, remedy }) => [
    ...wrap(escapeControls(reason), width - 4).map((part, index) => `  ${index === 0 ? '?' : ' '} ${part}`),
    ...wrap(escapeControls(remedy), width - 6).map(
      (part, index) => `    ${index === 0 ? paint.good('→') : ' '} ${part}`,
    ),
  ]);
  const heading = missing.length === 0 ? [] : ['', paint.heading('Not as on the server')];
  return `${[...lines, ...heading, ...missing].join('\n')}\n`;
}
