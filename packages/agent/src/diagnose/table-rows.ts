import type { TableFacts } from '../observe/index.ts';

/**
 * Counts the rows of each table by object id, as the statistics or the last analyze know them, whichever is
 * more: the first are lost in a crash, the second lag behind. A partitioned table has those of all below it.
 */
export function rowCounts(tables: readonly TableFacts[]): ReadonlyMap<number, number> {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const rows = new Map<number, number>();
  const add = (oid: number, count: number): void => {
    rows.set(oid, (rows.get(oid) ?? 0) + count);
  };
  for (const table of tables) {
    const count = table.kind === 'partitioned' ? 0 : Math.max(table.liveRows, table.estimatedRows ?? 0);
    add(table.oid, count);
    let child: TableFacts | undefined = table;
    while (child?.isPartition === true && child.parentOid !== null) {
      add(child.parentOid, count);
      child = byOid.get(child.parentOid);
    }
  }
  return rows;
}
