import { type Catalogue, changesByTable, tableOfRow } from '../../diagnose/index.ts';
import type { ParsedStatement } from '../../sql/index.ts';
import type { CachingWorkload } from './types.ts';

/** How often what a statement reads changes. */
export interface Changes {
  /** Changes of any of its tables in each second. */
  readonly tablesPerSecond: number;
  /** Changes of the one row that it finds by primary key; null where it reads anything else. */
  readonly rowPerSecond: number | null;
  /** Whether it reads what changes only with a refresh. */
  readonly hasMatview: boolean;
}

/** Statements that are parsed to see what they write: they are cheap, and so stand far behind. */
const MOST_WRITERS = 500;

/** Gives how often the tables of a statement change; null where it reads what is no table. */
export type ChangesOf = (statement: ParsedStatement) => Changes | null;

/**
 * Counts changes. A statement that changes a thousand rows drops what depends on its table once; what nobody sees write,
 * such as functions, is counted by its rows. A row is taken to change as often as any other of its table.
 */
export function readChanges(workload: CachingWorkload, catalogue: Catalogue): ChangesOf {
  const seconds = Math.max(1, workload.observedMs / 1_000);
  const rows = workload.statements.map(({ sql, isWhole, calls, rows: changed }) => ({
    query: isWhole ? sql : null,
    queryLength: sql.length,
    isOwn: false,
    calls,
    rows: changed,
  }));
  const statements = changesByTable(rows, { catalogue, maximum: MOST_WRITERS });
  const rateOf = (oid: number): number => {
    const byRows = workload.rowChangesPerSecond.get(oid) ?? 0;
    const byStatements = (statements.get(oid) ?? 0) / seconds;
    return byStatements === 0 ? byRows : Math.min(byRows, byStatements);
  };
  return (statement) => {
    const tables = statement.reads.map((name) => catalogue.table(name));
    const oids = new Set<number>();
    for (const table of tables) {
      if (table === null) return null;
      oids.add(catalogue.root(table).oid);
    }
    const row = tableOfRow(statement, catalogue);
    const rowRate = row === null ? null : (workload.rowChangesPerSecond.get(row) ?? 0);
    return {
      tablesPerSecond: [...oids].reduce((sum, oid) => sum + rateOf(oid), 0),
      rowPerSecond: row === null || rowRate === null ? null : rowRate / Math.max(1, catalogue.rows(row)),
      hasMatview: tables.some((table) => table?.kind === 'matview'),
    };
  };
}
