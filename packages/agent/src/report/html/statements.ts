import { formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import { shortenStatement } from '../fit-text.ts';
import { rankStatements, statementsOf } from '../statements.ts';
import { barChart, niceMaximum } from './bar-chart.ts';
import { dataTable, folded } from './data-table.ts';
import { html, type Markup } from './markup.ts';

const SHOWN = 10;
const STATEMENT_LENGTH = 400;

/** Draws the statements that took most of the time since the statistics were reset. */
export function renderStatements(snapshot: Snapshot): Markup | null {
  const ranked = rankStatements(statementsOf(snapshot), 'total', SHOWN);
  const [top] = ranked;
  if (top === undefined) return null;
  const shownShare = ranked.reduce((sum, { shareRatio }) => sum + shareRatio, 0);
  const chart = barChart({
    id: 'statements-chart',
    title: 'Top statements by share of total time',
    description: `The ${ranked.length} statements shown take ${formatRatio(shownShare)} of all execution time.`,
    bars: ranked.map(({ row, shareRatio }) => ({
      label: shortenStatement(row.query, STATEMENT_LENGTH),
      shown: `${formatRatio(shareRatio)}`,
      segments: [{ series: 1, value: shareRatio }],
    })),
    maximum: Math.min(1, niceMaximum(top.shareRatio, 10)),
    formatTick: formatRatio,
  });
  const rows = ranked.map(({ row, shareRatio, rowsPerCall, hitRatio, tempBytes }) => [
    shortenStatement(row.query, STATEMENT_LENGTH),
    formatRatio(shareRatio),
    formatDuration(row.totalMs),
    formatCount(row.calls),
    formatDuration(row.meanMs),
    formatCount(rowsPerCall),
    hitRatio === null ? '-' : formatRatio(hitRatio),
    formatBytes(tempBytes),
    formatBytes(row.walBytes),
    row.queryId,
  ]);
  const heads = ['share', 'total', 'calls', 'mean', 'rows/call', 'hit ratio', 'temp', 'WAL', 'query id'];
  const table = dataTable(
    'Top statements by total time',
    [{ head: 'statement', kind: 'code' }, ...heads.map((head) => ({ head, kind: 'number' as const }))],
    rows,
  );
  return html`<section id="statements" aria-labelledby="statements-head">
<h2 id="statements-head">Top statements</h2>
<p class="meta">Share of all execution time since the statistics were reset.</p>
<figure>${chart}${folded('Show as table', table)}</figure></section>`;
}
