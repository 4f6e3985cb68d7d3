import { displayName, formatBytes, formatCount } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import { shorten } from '../fit-text.ts';
import { largestTables } from '../relations.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

const SHOWN_TABLES = 15;

/** Renders the largest tables with their rows, heap, indexes and TOAST. */
export function renderSizesText(snapshot: Snapshot, options: TextOptions): string {
  const tables = largestTables(snapshot, SHOWN_TABLES);
  if (tables.length === 0) return '  no table has a measured size';
  const paint = createPaint(options.color);
  const isWide = usableWidth(options) >= 80;
  const nameWidth = Math.max(12, usableWidth(options) - (isWide ? 56 : 24));
  const show = (bytes: number | null): string => (bytes === null ? '-' : formatBytes(bytes));
  const rows = tables.map((table) => {
    const name = `  ${shorten(displayName(table.schema, table.name), nameWidth)}`;
    const rowCount = formatCount(Math.max(table.liveRows, table.estimatedRows ?? 0));
    const total = show(table.totalBytes);
    return isWide
      ? [name, rowCount, total, show(table.heapBytes), show(table.indexesBytes), show(table.toastBytes)]
      : [name, rowCount, total];
  });
  const right = (head: string): { readonly head: string; readonly align: 'right' } => ({
    head,
    align: 'right',
  });
  const columns = [{ head: '  table' }, right('rows'), right('total')];
  const parts = isWide ? [right('heap'), right('indexes'), right('TOAST')] : [];
  return layOutTable([...columns, ...parts], rows, paint.dim).join('\n');
}
