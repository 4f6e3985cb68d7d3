import { oncePer } from '../kernel/index.ts';
import type { TableFacts } from '../observe/index.ts';

/**
 * Gives the rows of one table as the statistics or the last analyze know them, whichever is more: the first are
 * lost in a crash, the second lag behind. Where a session loaded the table and analyzed it at once, its counters
 * came after the analyze and count the rows a second time: then analyze is right.
 */
export function rowsOf(table: TableFacts): number {
  const estimated = table.estimatedRows ?? 0;
  return isCountedTwice(table) ? estimated : Math.max(table.liveRows, estimated);
}

/**
 * Tells whether every change since the counters began is still counted as later than an analyze that saw its rows:
 * a session reports its changes up to a second after they happened.
 */
export function isCountedTwice(table: TableFacts): boolean {
  const { insertedRows, updatedRows, deletedRows, modifiedSinceAnalyze } = table;
  return (
    (table.lastAnalyze !== null || table.lastAutoanalyze !== null) &&
    insertedRows > 0 &&
    modifiedSinceAnalyze === insertedRows + updatedRows + deletedRows &&
    (table.estimatedRows ?? 0) >= 0.9 * (insertedRows - deletedRows)
  );
}

/**
 * Counts the rows of each table by object id ({@link rowsOf}). A partitioned table has those of all below it.
 */
export const rowCounts: (tables: readonly TableFacts[]) => ReadonlyMap<number, number> = oncePer(countRows);

function countRows(tables: readonly TableFacts[]): ReadonlyMap<number, number> {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const rows = new Map<number, number>();
  const add = (oid: number, count: number): void => {
    rows.set(oid, (rows.get(oid) ?? 0) + count);
  };
  for (const table of tables) {
    const count = table.kind === 'partitioned' ? 0 : rowsOf(table);
    add(table.oid, count);
    let child: TableFacts | undefined = table;
    while (child?.isPartition === true && child.parentOid !== null) {
      add(child.parentOid, count);
      child = byOid.get(child.parentOid);
    }
  }
  return rows;
}
