/** One column of a Markdown table. */
export interface MarkdownColumn {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/**
 * Lays out a table of GitHub's Markdown.
 * @param rows cells, already escaped
 */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map((column) => column.head)),
    line(columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
