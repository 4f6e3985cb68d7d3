import {
  displayIdentifier,
  displayName,
  escapeControls,
  formatCount,
  formatRatio,
} from '../../kernel/index.ts';
import type { ColumnRow } from '../../observe/index.ts';
import { shorten } from '../fit-text.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

/** Shows how many distinct values a column has: a count, or a share of its rows. */
export function formatDistinct(distinctValues: number | null): string {
  // Zero is PostgreSQL's way to say that it does not know, of json for one.
  if (distinctValues === null || distinctValues === 0) return '-';
  if (distinctValues === -1) return 'unique';
  return distinctValues < 0 ? `${formatRatio(-distinctValues)} of rows` : formatCount(distinctValues);
}

/** Shows how far the physical order follows the logical one, -1..1. */
export function formatCorrelation(correlation: number | null): string {
  return correlation === null ? '-' : correlation.toFixed(2).replace('-0.00', '0.00');
}

/** Renders column statistics: distinct values, correlation and nulls, table by table. */
export function renderColumnsText(columns: readonly ColumnRow[], options: TextOptions): string {
  const known = columns.filter((column) => column.hasStatistics);
  if (known.length === 0)
    return '  no column statistics: nothing was analyzed yet, or the role may not read them';
  const paint = createPaint(options.color);
  const isWide = usableWidth(options) >= 70;
  const nameWidth = Math.max(8, usableWidth(options) - (isWide ? 50 : 34));
  const rows = known.map((column) => [
    `  ${shorten(`${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}`, nameWidth)}`,
    ...(isWide ? [shorten(escapeControls(column.type), 14)] : []),
    formatDistinct(column.distinctValues),
    formatCorrelation(column.correlation),
    column.nullFraction === null ? '-' : formatRatio(column.nullFraction),
  ]);
  const lines = layOutTable(
    [
      { head: '  column' },
      ...(isWide ? [{ head: 'type' }] : []),
      { head: 'distinct', align: 'right' },
      { head: 'correl.', align: 'right' },
      { head: 'nulls', align: 'right' },
    ],
    rows,
    paint.dim,
  );
  return lines.join('\n');
}
