import { displayIdentifier, displayName, formatBytes, formatCount, formatRatio } from '../../kernel/index.ts';
import type { Snapshot, TableFacts } from '../../observe/index.ts';
import { columnsOf, largestIndexes, largestTables, scanRatios } from '../relations.ts';
import { formatCorrelation, formatDistinct } from '../text/columns.ts';
import type { AuditReport } from '../types.ts';
import { barChart, legend, niceMaximum } from './bar-chart.ts';
import { dataTable, folded, type HtmlColumn } from './data-table.ts';
import { html, type Markup } from './markup.ts';

const SHOWN_RELATIONS = 15;
/** Columns beyond which the page would grow too long to read. */
const SHOWN_COLUMNS = 500;

const number = (head: string): HtmlColumn => ({ head, kind: 'number' });
const showBytes = (bytes: number | null): string => (bytes === null ? 'unknown' : formatBytes(bytes));
const nameOf = (relation: { readonly schema: string; readonly name: string }): string =>
  displayName(relation.schema, relation.name);

/** Draws the largest tables and lists the largest indexes. */
export function renderSizes(snapshot: Snapshot): Markup | null {
  const tables = largestTables(snapshot, SHOWN_RELATIONS);
  const [largest] = tables;
  if (largest === undefined) return null;
  const chart = barChart({
    id: 'sizes-chart',
    title: 'Largest tables: heap, indexes and TOAST',
    description: `${nameOf(largest)} is the largest with ${showBytes(largest.totalBytes)}.`,
    bars: tables.map((table) => ({
      label: nameOf(table),
      shown: showBytes(table.totalBytes),
      segments: [
        { series: 1, value: table.heapBytes ?? 0 },
        { series: 2, value: table.indexesBytes ?? 0 },
        { series: 3, value: table.toastBytes ?? 0 },
      ],
    })),
    maximum: niceMaximum(largest.totalBytes ?? 0, 1024),
    formatTick: formatBytes,
  });
  const heads = ['rows', 'total', 'heap', 'indexes', 'TOAST'].map(number);
  const sizes = dataTable(
    'Largest tables',
    [{ head: 'table', kind: 'code' }, ...heads],
    tables.map(sizeCells),
  );
  const indexes = largestIndexes(snapshot, SHOWN_RELATIONS).map((index) => [
    nameOf(index),
    displayIdentifier(index.tableName),
    showBytes(index.sizeBytes),
    formatCount(index.scans),
  ]);
  const indexHeads: readonly HtmlColumn[] = [
    { head: 'index', kind: 'code' },
    { head: 'table', kind: 'code' },
    number('size'),
    number('scans'),
  ];
  const key = legend([
    ['series-1', 'heap'],
    ['series-2', 'indexes'],
    ['series-3', 'TOAST'],
  ]);
  return html`<section id="sizes" aria-labelledby="sizes-head"><h2 id="sizes-head">Sizes</h2>
<figure>${key}${chart}${folded('Show as table', sizes)}</figure>
${indexes.length === 0 ? null : folded('Largest indexes', dataTable('Largest indexes', indexHeads, indexes))}
</section>`;
}

function sizeCells(table: TableFacts): readonly string[] {
  return [
    nameOf(table),
    formatCount(Math.max(table.liveRows, table.estimatedRows ?? 0)),
    showBytes(table.totalBytes),
    showBytes(table.heapBytes),
    showBytes(table.indexesBytes),
    showBytes(table.toastBytes),
  ];
}

/** Draws how often large tables are searched through an index, against the objective. */
export function renderScanRatios(snapshot: Snapshot, report: AuditReport): Markup | null {
  const ratios = scanRatios(snapshot, SHOWN_RELATIONS);
  if (ratios.length === 0) return null;
  const objective = report.objectives.find(({ id }) => id === 'objective/index-scan')?.target;
  const below = ratios.filter(({ indexScanRatio }) => indexScanRatio < (objective ?? 0)).length;
  const chart = barChart({
    id: 'scans-chart',
    title: 'Index scans of all scans, large tables',
    description:
      objective === undefined
        ? `${ratios.length} tables of at least 10,000 rows.`
        : `${below} of ${ratios.length} tables are below the objective of ${formatRatio(objective)}.`,
    bars: ratios.map(({ table, indexScanRatio }) => ({
      label: nameOf(table),
      shown: formatRatio(indexScanRatio),
      segments: [{ series: indexScanRatio < (objective ?? 0) ? 'warning' : 1, value: indexScanRatio }],
    })),
    maximum: 1,
    formatTick: formatRatio,
    ...(objective === undefined ? {} : { threshold: objective }),
  });
  const rows = ratios.map(({ table, indexScanRatio }) => [
    nameOf(table),
    formatRatio(indexScanRatio),
    formatCount(table.indexScans),
    formatCount(table.sequentialScans),
    formatCount(table.sequentialRowsRead),
  ]);
  const heads = ['index scans of all', 'index scans', 'sequential scans', 'rows read sequentially'].map(
    number,
  );
  const table = dataTable('Scans of large tables', [{ head: 'table', kind: 'code' }, ...heads], rows);
  const key = objective === undefined ? null : scanLegend(objective);
  return html`<section id="scans" aria-labelledby="scans-head"><h2 id="scans-head">Index scans of large tables</h2>
<figure>${key}${chart}${folded('Show as table', table)}</figure></section>`;
}

function scanLegend(objective: number): Markup {
  return legend([
    ['series-1', 'at or above the objective'],
    ['warning', 'below it'],
    ['threshold', `objective ≥ ${formatRatio(objective)}`],
  ]);
}

/** Lists column statistics: distinct values, correlation and nulls. */
export function renderColumns(snapshot: Snapshot): Markup | null {
  const columns = columnsOf(snapshot).filter((column) => column.hasStatistics);
  if (columns.length === 0) return null;
  const shown = columns.slice(0, SHOWN_COLUMNS);
  const rows = shown.map((column) => [
    `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}`,
    html`<code>${column.type}</code>`,
    formatDistinct(column.distinctValues),
    formatCorrelation(column.correlation),
    column.nullFraction === null ? '-' : formatRatio(column.nullFraction),
  ]);
  const heads = ['distinct', 'correlation', 'nulls'].map(number);
  const table = dataTable(
    'Column statistics',
    [{ head: 'column', kind: 'code' }, { head: 'type' }, ...heads],
    rows,
  );
  const rest = columns.length - shown.length;
  return html`<section id="columns" aria-labelledby="columns-head"><h2 id="columns-head">Columns</h2>
<p class="meta">Distinct values as the planner sees them, physical against logical order (-1 to 1), share of nulls.</p>
${folded(`${formatCount(shown.length)} columns`, table)}
${rest === 0 ? null : html`<p class="meta">${formatCount(rest)} more columns: pgsteward audit --verbose</p>`}</section>`;
}
