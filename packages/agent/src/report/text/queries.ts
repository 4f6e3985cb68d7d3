import { formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { StatementRow } from '../../observe/index.ts';
import { shorten, shortenStatement } from '../fit-text.ts';
import { type QueryOrder, type RankedStatement, rankStatements } from '../statements.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable, type TextColumn } from './table.ts';

/** How the statements are listed. */
export interface QueriesOptions {
  readonly by: QueryOrder;
  /** How many statements. */
  readonly limit: number;
}

interface Figure extends TextColumn {
  /** Terminal width from which the column is shown. */
  readonly fromWidth: number;
  readonly show: (statement: RankedStatement) => string;
}

const right = 'right' as const;

const FIGURES: readonly Figure[] = [
  { head: '#', align: right, fromWidth: 0, show: ({ rank }) => String(rank) },
  { head: 'share', align: right, fromWidth: 0, show: ({ shareRatio }) => formatRatio(shareRatio) },
  { head: 'total', align: right, fromWidth: 0, show: ({ row }) => formatDuration(row.totalMs) },
  { head: 'calls', align: right, fromWidth: 0, show: ({ row }) => formatCount(row.calls) },
  { head: 'mean', align: right, fromWidth: 0, show: ({ row }) => formatDuration(row.meanMs) },
  { head: 'rows/call', align: right, fromWidth: 60, show: ({ rowsPerCall }) => formatCount(rowsPerCall) },
  {
    head: 'hit ratio',
    align: right,
    fromWidth: 70,
    show: ({ hitRatio }) => (hitRatio === null ? '-' : formatRatio(hitRatio)),
  },
  { head: 'temp', align: right, fromWidth: 80, show: ({ tempBytes }) => showBytes(tempBytes) },
  { head: 'WAL', align: right, fromWidth: 80, show: ({ row }) => showBytes(row.walBytes) },
  { head: 'query id', fromWidth: 110, align: right, show: ({ row }) => row.queryId },
];

/** Renders statements for a terminal: a line of figures and, under it, the shortened text. */
export function renderQueriesText(
  rows: readonly StatementRow[],
  options: QueriesOptions & TextOptions,
): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const ranked = rankStatements(rows, options.by, options.limit);
  if (ranked.length === 0) return 'no statement was recorded yet\n';
  const figures = FIGURES.filter((figure) => figure.fromWidth <= width);
  const [head = '', ...lines] = layOutTable(
    figures,
    ranked.map((statement) => figures.map((figure) => figure.show(statement))),
    paint.dim,
  );
  const indent = ' '.repeat(String(ranked.length).length + 2);
  const listed = lines.flatMap((line, index) => {
    const query = ranked[index]?.row.query ?? null;
    return [line, indent + paint.command(shortenStatement(query, width - indent.length))];
  });
  const total = rows.filter((row) => !row.isOwn).length;
  const note = `${ranked.length} of ${formatCount(total)} statements by ${options.by}; shares are of all their time`;
  return `${[head, ...listed, paint.dim(shorten(note, width))].join('\n')}\n`;
}

function showBytes(bytes: number): string {
  return bytes === 0 ? '-' : formatBytes(bytes);
}
