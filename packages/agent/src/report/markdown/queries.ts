import { formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { StatementRow } from '../../observe/index.ts';
import { shortenStatement } from '../fit-text.ts';
import { rankStatements } from '../statements.ts';
import type { QueriesOptions } from '../text/queries.ts';
import { codeInTable } from './escape.ts';
import { markdownTable } from './table.ts';

const STATEMENT_LENGTH = 120;

/** Renders statements as a Markdown table. */
export function renderQueriesMarkdown(rows: readonly StatementRow[], options: QueriesOptions): string {
  const ranked = rankStatements(rows, options.by, options.limit);
  if (ranked.length === 0) return 'No statement was recorded yet.\n';
  const right = (head: string): { readonly head: string; readonly align: 'right' } => ({
    head,
    align: 'right',
  });
  const columns = [
    ...['#', 'share', 'total', 'calls', 'mean', 'rows/call', 'hit ratio', 'temp', 'WAL'].map(right),
    { head: 'statement' },
  ];
  const cells = ranked.map(({ rank, row, shareRatio, rowsPerCall, hitRatio, tempBytes }) => [
    String(rank),
    formatRatio(shareRatio),
    formatDuration(row.totalMs),
    formatCount(row.calls),
    formatDuration(row.meanMs),
    formatCount(rowsPerCall),
    hitRatio === null ? '-' : formatRatio(hitRatio),
    formatBytes(tempBytes),
    formatBytes(row.walBytes),
    codeInTable(shortenStatement(row.query, STATEMENT_LENGTH)),
  ]);
  return `${markdownTable(columns, cells)}\n`;
}
