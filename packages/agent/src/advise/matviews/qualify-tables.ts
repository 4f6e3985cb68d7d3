import { asFields, deparse, type Fields, parseTree } from '../../sql/index.ts';

/**
 * Names the tables of a query with their schema, so that it means the same whatever search_path it is run with. A name
 * that several schemas have is left as it is.
 */
export function qualifyTables(
  sql: string,
  tables: readonly { readonly schema: string; readonly name: string }[],
): string {
  const schemaOf = (name: unknown): string | null => {
    const [only, ...more] = tables.filter((table) => table.name === name);
    return only === undefined || more.length > 0 ? null : only.schema;
  };
  return deparse(qualified(parseTree(sql), schemaOf));
}

function qualified(value: unknown, schemaOf: (name: unknown) => string | null): unknown {
  if (Array.isArray(value)) return value.map((item) => qualified(item, schemaOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'RangeVar' ? withSchema(asFields(inner), schemaOf) : qualified(inner, schemaOf),
    ]),
  );
}

function withSchema(table: Fields, schemaOf: (name: unknown) => string | null): Fields {
  const schema = table['schemaname'] === undefined ? schemaOf(table['relname']) : null;
  return schema === null ? table : { ...table, schemaname: schema };
}
