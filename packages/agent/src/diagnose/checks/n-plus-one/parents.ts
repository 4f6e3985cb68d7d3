import type { ConstraintRow, StatementRow, TableFacts } from '../../../observe/index.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { ReadStatement } from '../../parsed-window.ts';

/** A statement that reads a few rows of one table by the value of given columns. */
export interface PointRead {
  readonly row: StatementRow;
  readonly table: TableFacts;
  readonly columns: readonly string[];
}

/** A list whose rows, or whose pages, account for the calls of a point read. */
export interface ParentList {
  readonly row: StatementRow;
  /** Point reads for each call of the list. */
  readonly ratio: number;
  readonly fit: 'one per listed row' | 'a fixed number per list';
}

/** Recognises a point read. */
export function pointRead(read: ReadStatement, catalogue: Catalogue, maximumRows: number): PointRead | null {
  const { row, statement } = read;
  if (statement.kind !== 'select' || !statement.isPlainRead || statement.isLocking || statement.hasOffset)
    return null;
  if (row.rows / row.calls > maximumRows || statement.predicates.length === 0) return null;
  const columns = statement.predicates.map((predicate) =>
    predicate.kind === 'comparison' && predicate.operator === '=' && predicate.operand.shape === null
      ? catalogue.column(predicate.operand.column)
      : null,
  );
  const [first] = columns;
  if (first == null || columns.includes(null)) return null;
  return { row, table: first.table, columns: columns.flatMap((column) => column?.name ?? []) };
}

/** Shares within which counts are taken for the same. */
const ROWS_TOLERANCE = 0.1;
/** How far from a whole number the point reads per list may lie. */
const PAGE_TOLERANCE = 0.02;
const MINIMUM_LISTS = 20;
/** No page lists more. */
const LARGEST_PAGE = 1_000;

/**
 * Finds the list behind a point read: related by a foreign key or by name, and called so often that its rows, or
 * a fixed number per page, give just the calls of the point read.
 */
export function parentList(
  point: PointRead,
  lists: readonly ReadStatement[],
  minimumRatio: number,
  isRelated: (point: PointRead, list: ReadStatement) => boolean,
): ParentList | null {
  const fits = lists.flatMap((list): readonly ParentList[] => {
    const { row } = list;
    const ratio = point.row.calls / row.calls;
    if (row.queryId === point.row.queryId || ratio < minimumRatio || row.calls < MINIMUM_LISTS) return [];
    if (row.rows < 2 * row.calls || !isRelated(point, list)) return [];
    if (Math.abs(point.row.calls / row.rows - 1) <= ROWS_TOLERANCE) {
      return [{ row, ratio, fit: 'one per listed row' }];
    }
    const isWhole = ratio <= LARGEST_PAGE && Math.abs(ratio - Math.round(ratio)) <= PAGE_TOLERANCE;
    return isWhole && row.rows <= point.row.calls ? [{ row, ratio, fit: 'a fixed number per list' }] : [];
  });
  return fits.find((fit) => fit.fit === 'one per listed row') ?? fits[0] ?? null;
}

/** Tells whether a point read looks up what a list lists, by foreign keys or, without one, by `<table>_id`. */
export function relatedBy(
  catalogue: Catalogue,
  constraints: readonly ConstraintRow[],
): (point: PointRead, list: ReadStatement) => boolean {
  const keys = new Set<string>();
  for (const key of constraints) {
    if (key.kind !== 'foreign key' || key.referencedOid === null) continue;
    for (const column of key.columns) keys.add(`${key.tableOid} ${column} ${key.referencedOid}`);
    for (const column of key.referencedColumns) keys.add(`${key.referencedOid} ${column} ${key.tableOid}`);
  }
  return (point, list) =>
    list.statement.reads.some((name) => {
      const table = catalogue.table(name);
      if (table === null || table.oid === point.table.oid) return false;
      return point.columns.some(
        (column) =>
          keys.has(`${point.table.oid} ${column} ${table.oid}`) ||
          singulars(table.name).some((stem) => column === `${stem}_id`) ||
          (column === 'id' &&
            singulars(point.table.name).some((stem) => catalogue.hasColumn(table.oid, `${stem}_id`))),
      );
    });
}

function singulars(name: string): readonly string[] {
  return [name, name.replace(/s$/, ''), name.replace(/es$/, ''), name.replace(/ies$/, 'y')];
}
