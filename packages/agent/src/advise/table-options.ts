import { quoteQualified } from '../kernel/index.ts';
import type { TableFacts } from '../observe/index.ts';

/** Storage parameters to set, in order. */
export type TableOptions = readonly (readonly [name: string, value: string])[];

/** Reads the storage parameters that a table has of its own. */
export function optionsOf(table: TableFacts): ReadonlyMap<string, string> {
  return new Map(table.options.map((option) => option.split('=', 2) as [string, string]));
}

/** Writes the statement that sets storage parameters, and those that put back what stood there. */
export function optionStatements(
  table: TableFacts,
  changes: TableOptions,
): { readonly do: string; readonly undo: readonly string[] } {
  const target = quoteQualified(table.schema, table.name);
  const before = optionsOf(table);
  const set = changes.map(([option, value]) => `${option} = ${value}`).join(', ');
  return {
    do: `alter table ${target} set (${set});`,
    undo: changes.map(([option]) => {
      const value = before.get(option);
      return value === undefined
        ? `alter table ${target} reset (${option});`
        : `alter table ${target} set (${option} = ${value});`;
    }),
  };
}
