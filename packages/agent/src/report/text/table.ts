import Table from 'cli-table3';

/** One column of a terminal table. */
export interface TextColumn {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/**
 * Lays out cells in columns without borders.
 * @param rows cells, already escaped and painted
 * @returns lines: the head first unless every head is empty, no trailing spaces
 */
export function layOutTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  paintHead: (text: string) => string = (text) => text,
): readonly string[] {
  const hasHead = columns.some((column) => column.head !== '');
  const table = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: columns.map((column) => column.align ?? 'left'),
    ...(hasHead ? { head: columns.map((column) => paintHead(column.head)) } : {}),
  });
  table.push(...rows.map((row) => [...row]));
  if (rows.length === 0) return [];
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
