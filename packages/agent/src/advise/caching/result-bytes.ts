import type { Catalogue } from '../../diagnose/index.ts';
import { groupBy } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import { type NameResolver, readRoles } from '../../sql/index.ts';
import type { CachedStatement } from './types.ts';

/** Width of a value whose column nobody analyzed. */
const UNKNOWN_WIDTH_BYTES = 8;

/** Estimates what one result of a statement takes: its rows, each as wide as the columns that the statement names. */
export type ResultBytes = (statement: CachedStatement) => number;

/** Prepares to estimate the results of a target's statements by the widths of its columns. */
export function measureResults({ sections }: Snapshot, catalogue: Catalogue): ResultBytes {
  const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
  const key = (schema: string, table: string): string => JSON.stringify([schema, table]);
  const byTable = groupBy(columns, ({ schema, tableName }) => key(schema, tableName));
  const resolver: NameResolver = {
    table: (schema, name) => catalogue.table({ schema, name }),
    columns: ({ schema, name }) => (byTable.get(key(schema, name)) ?? []).map((column) => column.name),
    view: () => null,
  };
  return ({ sql, rows, calls }) => {
    const widths = readRoles(sql, resolver).flatMap(({ schema, table, referenced }) =>
      (byTable.get(key(schema, table)) ?? [])
        .filter(({ name }) => referenced.has(name))
        .map(({ averageWidthBytes }) => averageWidthBytes ?? UNKNOWN_WIDTH_BYTES),
    );
    return (rows / calls) * widths.reduce((sum, width) => sum + width, 0);
  };
}
