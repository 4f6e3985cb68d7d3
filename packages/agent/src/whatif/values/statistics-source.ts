import type { NameResolver } from '../../sql/index.ts';
import type { ColumnStatistics } from '../types.ts';

/** Names and column statistics of a database. */
export interface StatisticsSource {
  readonly resolver: NameResolver;
  readonly column: (schema: string, table: string, column: string) => ColumnStatistics | undefined;
}

/**
 * Makes column statistics findable by name.
 * @param searchPath schemas in which bare names are looked for, the first one first
 */
export function createStatisticsSource(
  columns: readonly ColumnStatistics[],
  searchPath: readonly string[],
): StatisticsSource {
  const tables = new Map<string, Map<string, ColumnStatistics>>();
  for (const one of columns) {
    const table = tables.get(key(one.schema, one.table)) ?? new Map<string, ColumnStatistics>();
    tables.set(key(one.schema, one.table), table);
    // Statistics of a table with its children say more than those of its own rows.
    if (one.isInherited || !table.has(one.column)) table.set(one.column, one);
  }
  const path = [...searchPath, 'public'];
  return {
    resolver: {
      table: (schema, name) => {
        const found = (schema === null ? path : [schema]).find((one) => tables.has(key(one, name)));
        return found === undefined ? null : { schema: found, name };
      },
      columns: ({ schema, name }) => [...(tables.get(key(schema, name))?.keys() ?? [])],
      view: () => null,
    },
    column: (schema, table, column) => tables.get(key(schema, table))?.get(column),
  };
}

function key(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
