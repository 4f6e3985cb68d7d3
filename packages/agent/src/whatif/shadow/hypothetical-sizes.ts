import { quoteQualified } from '../../kernel/index.ts';
import { indexSize } from '../index-size/index-size.ts';
import type { IndexColumnFacts, IndexSize, ValueFacts } from '../index-size/types.ts';
import type { ColumnStatistics, RelationStatistics } from '../types.ts';
import type { BuiltColumn, BuiltIndex } from './built-index.ts';
import type { ValueStatistics } from './derive-statistics.ts';
import { elementFacts } from './element-facts.ts';
import { expressionStatistics } from './expression-statistics.ts';
import type { Shadow } from './open-shadow.ts';
import { canDeduplicate } from './relation-files.ts';

/** Width of an expression's value when nothing is known of it. */
const UNKNOWN_WIDTH = 32;

/** Predicts the size of an index from the statistics of its table. */
export async function predictSize(
  shadow: Shadow,
  built: BuiltIndex,
  table: RelationStatistics | undefined,
  path: string,
): Promise<IndexSize> {
  const tableRows = table === undefined ? 0 : currentRows(table);
  const rows = built.predicate === null ? tableRows : await matchingRows(shadow, built, tableRows);
  const columns: IndexColumnFacts[] = [];
  for (const [index, column] of built.columns.entries()) {
    columns.push(await columnFacts(shadow, built, column, { isKey: index < built.keyCount, tableRows }));
  }
  return indexSize({
    method: built.method,
    versionNumber: shadow.versionNumber,
    rows,
    tableRows,
    tableBlocks: table?.fileBlocks ?? 0,
    columns,
    isUnique: built.isUnique,
    canDeduplicate: built.method === 'btree' && canDeduplicate(path),
    options: Object.fromEntries(built.options.map((option) => option.split('=', 2) as [string, string])),
    distinctKeys: null,
  });
}

/** Rows by the density that the statistics saw and the length that the file has now, as the planner counts. */
function currentRows(table: RelationStatistics): number {
  const { rows, pages, fileBlocks } = table;
  return rows <= 0 ? 0 : pages > 0 && fileBlocks !== null ? rows * (fileBlocks / pages) : rows;
}

/** Asks the planner how many rows a partial index would hold. */
async function matchingRows(shadow: Shadow, built: BuiltIndex, tableRows: number): Promise<number> {
  const from = quoteQualified(built.tableSchema, built.tableName);
  try {
    const { rows } = await shadow.planner.run<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }>(
      `explain (format json) select 1 from only ${from} where ${built.predicate}`,
    );
    return Math.min(tableRows, rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? tableRows);
  } catch {
    return tableRows;
  }
}

async function columnFacts(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  { isKey, tableRows }: { readonly isKey: boolean; readonly tableRows: number },
): Promise<IndexColumnFacts> {
  const statistics = statisticsOf(shadow, built, column.column);
  const known: ValueStatistics | null = statistics ?? (await expressionFacts(shadow, built, column));
  const values = valueFacts(column, known, tableRows);
  const { lengthBytes, alignmentBytes, type, operatorClass } = column;
  return {
    isKey,
    lengthBytes,
    alignmentBytes,
    type,
    operatorClass,
    values,
    elements:
      built.method === 'gin'
        ? await elementFacts(shadow, built, column, { statistics, values, rows: tableRows })
        : null,
  };
}

/** Statistics of an expression; its values come with a long header, which an index makes short. */
async function expressionFacts(
  shadow: Shadow,
  built: BuiltIndex,
  { expression, lengthBytes }: BuiltColumn,
): Promise<ValueStatistics | null> {
  if (expression === null || built.method === 'gin') return null;
  const statistics = await expressionStatistics(shadow, built, expression);
  if (statistics === null || lengthBytes > 0) return statistics;
  const { widthBytes } = statistics;
  return { ...statistics, widthBytes: widthBytes < SHORT_BYTES ? Math.max(1, widthBytes - 3) : widthBytes };
}

/** Longer values keep the long header. */
const SHORT_BYTES = 130;

function statisticsOf(
  shadow: Shadow,
  built: BuiltIndex,
  column: string | null,
): ColumnStatistics | undefined {
  if (column === null) return undefined;
  return shadow.mirror.columns.find(
    (one) =>
      one.column === column &&
      one.table === built.tableName &&
      one.schema === built.tableSchema &&
      !one.isInherited,
  );
}

function valueFacts(column: BuiltColumn, statistics: ValueStatistics | null, tableRows: number): ValueFacts {
  const distinct =
    statistics === null || statistics.distinct === 0
      ? null
      : statistics.distinct < 0
        ? -statistics.distinct * tableRows
        : statistics.distinct;
  const bytes = column.lengthBytes > 0 ? column.lengthBytes : (statistics?.widthBytes ?? UNKNOWN_WIDTH);
  return {
    nullRatio: statistics?.nullRatio ?? 0,
    widths: [{ bytes, share: 1 }],
    distinct,
    commonShares: statistics?.commonFrequencies ?? [],
    correlation: statistics?.correlation ?? null,
    spread: null,
    sharedPrefixBytes: sharedPrefix(statistics?.histogram ?? null),
  };
}

/** Letters that neighbours in a histogram of texts have in common, on average. */
function sharedPrefix(histogram: string | null): number {
  const texts = histogram?.slice(1, -1).split(',') ?? [];
  let shared = 0;
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1] ?? '';
    let at = 0;
    while (at < text.length && text[at] === next[at]) at += 1;
    shared += at;
  }
  return texts.length < 2 ? 0 : shared / (texts.length - 1);
}
