import type { Observation, StatementRow } from '../observe/index.ts';
import type { ParsedStatement } from '../sql/index.ts';
import type { Catalogue } from './catalogue.ts';
import { readStatements } from './parsed-window.ts';
import type { StatementWindow } from './statement-window.ts';

/** Says how often tables changed; null where a statement reads what is no table, or a materialized view. */
export interface SourceChanges {
  /** Statements that changed any of a statement's tables. */
  of(statement: ParsedStatement): number | null;
}

const WRITES = /^[\s(]*(\/\*.*?\*\/\s*)?(insert|update|delete|merge|copy|with|truncate)\b/is;

/**
 * Counts the statements that changed each table in a window: a thousand rows by one statement are one change. What
 * functions write is seen only with `pg_stat_statements.track = all`.
 */
export function sourceChanges(
  observation: Observation,
  cumulative: readonly StatementRow[],
  options: { readonly window: StatementWindow; readonly catalogue: Catalogue; readonly maximum: number },
): SourceChanges {
  const { window, catalogue, maximum } = options;
  const rows = window.source === 'interval' ? (observation.interval?.statements ?? []) : cumulative;
  const changes = changesByTable(rows, { catalogue, maximum });
  return {
    of: ({ reads }) => {
      const tables = reads.map((name) => catalogue.table(name));
      if (tables.some((table) => table === null || table.kind === 'matview')) return null;
      const roots = new Set(tables.flatMap((table) => (table === null ? [] : catalogue.root(table).oid)));
      return [...roots].reduce((sum, oid) => sum + (changes.get(oid) ?? 0), 0);
    },
  };
}

/** The counters of a statement that may write. */
type Writer = Pick<StatementRow, 'query' | 'queryLength' | 'calls' | 'rows' | 'isOwn'>;

/** Counts the statements that changed each table, by object id of the topmost one where it is a partition. */
export function changesByTable(
  rows: readonly Writer[],
  { catalogue, maximum }: { readonly catalogue: Catalogue; readonly maximum: number },
): ReadonlyMap<number, number> {
  const writers = rows
    .filter((row) => !row.isOwn && row.rows > 0 && WRITES.test(row.query ?? ''))
    .toSorted((a, b) => b.calls - a.calls);
  const changes = new Map<number, number>();
  for (const { row, statement } of readStatements(writers, maximum)) {
    for (const name of statement.writes) {
      const table = catalogue.table(name);
      if (table === null) continue;
      const { oid } = catalogue.root(table);
      changes.set(oid, (changes.get(oid) ?? 0) + Math.min(row.calls, row.rows));
    }
  }
  return changes;
}
