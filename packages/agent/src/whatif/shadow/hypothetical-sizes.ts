import { quoteQualified } from '../../kernel/index.ts';
import type { IndexMethod } from '../../planner/index.ts';
import { btreeSize } from '../index-size/btree.ts';
import type { IndexColumnFacts, IndexFacts, IndexSize, ValueFacts } from '../index-size/types.ts';
import type { ColumnStatistics, RelationStatistics } from '../types.ts';
import type { Shadow } from './open-shadow.ts';
import { canDeduplicate } from './relation-files.ts';

/** An index as it was really made, empty, in the shadow. */
export interface BuiltIndex {
  /** Object id of the index that was asked for, which of a partitioned table has others below it. */
  readonly root: number;
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly path: string;
  readonly method: IndexMethod;
  readonly isUnique: boolean;
  readonly tableSchema: string;
  readonly tableName: string;
  readonly keyCount: number;
  readonly predicate: string | null;
  readonly options: readonly string[];
  readonly columns: readonly BuiltColumn[];
}

interface BuiltColumn {
  /** Null for an expression. */
  readonly column: string | null;
  readonly lengthBytes: number;
  readonly alignmentBytes: number;
  readonly type: string;
  readonly operatorClass: string | null;
  readonly expression: string | null;
}

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
  const facts: IndexFacts = {
    method: built.method,
    rows,
    tableRows,
    tableBlocks: table?.fileBlocks ?? 0,
    columns: built.columns.map((column, index) => columnFacts(shadow, built, column, index < built.keyCount)),
    isUnique: built.isUnique,
    canDeduplicate: built.method === 'btree' && canDeduplicate(path),
    options: Object.fromEntries(built.options.map((option) => option.split('=', 2) as [string, string])),
    distinctKeys: null,
  };
  return built.method === 'btree' ? btreeSize(facts) : otherSize(facts);
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

function columnFacts(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  isKey: boolean,
): IndexColumnFacts {
  const statistics = statisticsOf(shadow, built, column.column);
  return {
    isKey,
    lengthBytes: column.lengthBytes,
    alignmentBytes: column.alignmentBytes,
    type: column.type,
    operatorClass: column.operatorClass,
    values: valueFacts(shadow, built, column, statistics),
    elements: null,
  };
}

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

function valueFacts(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  statistics: ColumnStatistics | undefined,
): ValueFacts {
  const table = shadow.mirror.relations.find(
    (one) => one.name === built.tableName && one.schema === built.tableSchema,
  );
  const rows = table === undefined ? 0 : Math.max(0, table.rows);
  const distinct =
    statistics === undefined
      ? null
      : statistics.distinct < 0
        ? -statistics.distinct * rows
        : statistics.distinct === 0
          ? null
          : statistics.distinct;
  const bytes = column.lengthBytes > 0 ? column.lengthBytes : (statistics?.widthBytes ?? UNKNOWN_WIDTH);
  return {
    nullRatio: statistics?.nullRatio ?? 0,
    widths: [{ bytes, share: 1 }],
    distinct,
    commonShares: statistics?.commonFrequencies ?? [],
    correlation: statistics?.correlation ?? null,
    spread: null,
  };
}

/** Sizes of other methods, from the layout of their pages; coarser than those of btrees. */
function otherSize(facts: IndexFacts): IndexSize {
  const { rows, columns } = facts;
  const width = columns.reduce((sum, column) => sum + averageWidth(column), 0);
  const sized = (pages: number, entries = rows): IndexSize => ({
    pages: Math.ceil(pages),
    treeHeight: null,
    entries,
  });
  switch (facts.method) {
    case 'hash': {
      const perPage = Math.floor((8_152 * 0.75) / 20);
      const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, rows / perPage)));
      return sized(buckets * 1.02 + 4);
    }
    case 'brin': {
      const ranges = Math.ceil(facts.tableBlocks / Number(facts.options['pages_per_range'] ?? 128));
      return sized(3 + (ranges * (12 + 2 * width + 4)) / 8_000, ranges);
    }
    case 'gin': {
      const keys = Math.max(1, width / 8);
      return sized(
        (rows * keys * 2.5) / 8_000 + (Math.min(rows * keys, 50_000) * 40) / 8_000 + 3,
        rows * keys,
      );
    }
    default:
      return sized(((rows * (width + 16)) / (8_152 * 0.7)) * 1.02 + 1);
  }
}

function averageWidth(column: IndexColumnFacts): number {
  return column.values.widths.reduce((sum, { bytes, share }) => sum + bytes * share, 0);
}
