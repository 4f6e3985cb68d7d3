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
    elements: built.method === 'gin' ? elementFacts(statistics) : null,
  };
}

/** The most common elements, and as many rare ones as the count per row leaves. */
function elementFacts(statistics: ColumnStatistics | undefined): IndexColumnFacts['elements'] {
  const shares = statistics?.commonElementFrequencies?.slice(0, -3) ?? [];
  const perRow = statistics?.elementCountHistogram?.at(-1) ?? null;
  if (shares.length === 0) return null;
  const classes = shares.map((rowShare) => ({ keys: 1, rowShare, keyBytes: 16 }));
  const known = shares.reduce((sum, share) => sum + share, 0);
  const least = Math.min(...shares);
  const rest = perRow === null ? 0 : Math.max(0, perRow - known);
  const rare =
    rest > 0.05 ? [{ keys: Math.ceil(rest / (least / 2)), rowShare: least / 2, keyBytes: 16 }] : [];
  return { classes: [...classes, ...rare], emptyRatio: statistics?.nullRatio ?? 0 };
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
    case 'gin':
      return ginSize(facts, width, sized);
    default:
      return sized(((rows * (width + 16)) / (8_152 * 0.7)) * 1.02 + 1);
  }
}

/** Bytes of jsonb or text for each key that GIN takes out of it, about. */
const BYTES_PER_KEY = 12;

/**
 * Keys with their rows in compressed lists: the rarer a key, the further apart its rows and the longer each step.
 * @source src/backend/access/gin/ginpostinglist.c
 */
function ginSize(
  facts: IndexFacts,
  width: number,
  sized: (pages: number, entries?: number) => IndexSize,
): IndexSize {
  const [column] = facts.columns;
  const elements = column?.elements?.classes ?? [];
  const keys = elements.reduce((sum, one) => sum + one.keys, 0);
  const perRow = elements.reduce((sum, one) => sum + one.keys * one.rowShare, 0);
  const entries = facts.rows * (perRow > 0 ? perRow : Math.max(1, width / BYTES_PER_KEY));
  const distinct = keys > 0 ? keys : Math.min(entries, Math.sqrt(entries) * 4);
  const rowsApart = Math.max(1, (distinct * facts.rows) / Math.max(1, entries));
  const rowsPerBlock = facts.tableBlocks === 0 ? 1 : Math.max(1, facts.tableRows / facts.tableBlocks);
  const step = (rowsApart / rowsPerBlock) * 2_048;
  const listBytes = entries * Math.max(1, Math.ceil(Math.log2(step + 1) / 7)) * 1.1;
  return sized((listBytes + distinct * 24) / 8_000 + 2, entries);
}

function averageWidth(column: IndexColumnFacts): number {
  return column.values.widths.reduce((sum, { bytes, share }) => sum + bytes * share, 0);
}
