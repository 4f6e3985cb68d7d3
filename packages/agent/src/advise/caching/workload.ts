import { catalogueOf, statementWindow, statisticsWindow } from '../../diagnose/index.ts';
import type { Snapshot, StatementRow, TableFacts } from '../../observe/index.ts';
import type { CachedStatement, CachingWorkload } from './types.ts';

/** Reads the workload from the counters since their reset; null where statements are not counted, or nobody knows since when. */
export function countersCachingWorkload(snapshot: Snapshot): CachingWorkload | null {
  const { statements, tables, database } = snapshot.sections;
  if (statements.status !== 'ok') return null;
  const window = statementWindow(
    { snapshot, interval: null, plans: null },
    statements.data,
    Number.POSITIVE_INFINITY,
  );
  if (window.lengthMs === null || window.lengthMs === 0) return null;
  const facts = tables.status === 'ok' ? tables.data : [];
  const tablesMs =
    database.status === 'ok' ? statisticsWindow(snapshot, database.data, facts).lengthMs : window.lengthMs;
  return {
    source: 'counters',
    observedMs: window.lengthMs,
    statements: statements.data
      .filter(({ isOwn, calls }) => !isOwn && calls > 0)
      .toSorted((a, b) => b.totalMs - a.totalMs)
      .map(toStatement),
    rowChangesPerSecond: rowChangesPerSecond(snapshot, {
      lengthMs: tablesMs,
      ofTable: ({ insertedRows, updatedRows, deletedRows }) => insertedRows + updatedRows + deletedRows,
    }),
  };
}

function toStatement(row: StatementRow): CachedStatement {
  const { queryId: id, query, queryLength, calls, totalMs, rows, blockReadMs } = row;
  const sql = query ?? '';
  return { id, sql, isWhole: sql !== '' && queryLength <= sql.length, calls, totalMs, rows, blockReadMs };
}

/** Sums the row changes of each table with its partitions, by object id. */
export function rowChangesPerSecond(
  snapshot: Snapshot,
  { lengthMs, ofTable }: { readonly lengthMs: number; readonly ofTable: (table: TableFacts) => number },
): ReadonlyMap<number, number> {
  const { tables } = snapshot.sections;
  const catalogue = catalogueOf(snapshot);
  const rates = new Map<number, number>();
  for (const table of tables.status === 'ok' ? tables.data : []) {
    const { oid } = catalogue.root(table);
    rates.set(oid, (rates.get(oid) ?? 0) + ofTable(table) / Math.max(1, lengthMs / 1_000));
  }
  return rates;
}
