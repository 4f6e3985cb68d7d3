import { groupBy } from '../../kernel/index.ts';
import type { IndexFacts, Snapshot, TableFacts } from '../../observe/index.ts';
import type { RewriteSchema, SchemaTable } from './query/schema.ts';

/**
 * Gives what rewriting needs to know of the schema, from a snapshot. A bare name that several schemas have is not known: which
 * one a statement means depends on its search_path.
 */
export function readRewriteSchema({ sections }: Snapshot): RewriteSchema {
  const tables = sections.tables.status === 'ok' ? sections.tables.data : [];
  const indexes = sections.indexes.status === 'ok' ? sections.indexes.data : [];
  const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
  const byName = groupBy(tables, (table) => table.name);
  const indexesOf = groupBy(indexes, (index) => index.tableOid);
  const columnsOf = groupBy(columns, (column) => column.tableOid);
  // What a parent promises, a child by plain inheritance need not keep.
  const parents = new Set(tables.filter((one) => !one.isPartition).map((one) => one.parentOid));
  const known = new Map<number, SchemaTable | null>();
  const read = (table: TableFacts): SchemaTable | null => {
    const own = columnsOf.get(table.oid) ?? [];
    if (own.length === 0) return null;
    const isParent = parents.has(table.oid);
    const keyed = own.map(({ name, typeName, isNotNull }) => ({
      name,
      typeName,
      isNotNull: isNotNull && !isParent,
    }));
    const byColumn = new Map(keyed.map((column) => [column.name, column]));
    const keys = (isParent ? [] : (indexesOf.get(table.oid) ?? []))
      .filter(isKey)
      .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.keyColumnCount - b.keyColumnCount)
      .map((index) => index.columns.slice(0, index.keyColumnCount))
      .filter((key) => key.every((name) => byColumn.get(name)?.isNotNull === true));
    return { schema: table.schema, name: table.name, columns: byColumn, keys };
  };
  return {
    table: (schema, name) => {
      const namesakes = (byName.get(name) ?? []).filter((one) => schema === null || one.schema === schema);
      const [table] = namesakes;
      if (table === undefined || namesakes.length > 1) return null;
      const kept = known.get(table.oid);
      if (kept !== undefined) return kept;
      const made = read(table);
      known.set(table.oid, made);
      return made;
    },
  };
}

/** Whether an index tells all rows of its table apart at every moment. */
function isKey(index: IndexFacts): boolean {
  return (
    index.isUnique &&
    index.isValid &&
    index.isImmediate &&
    index.predicateTree === null &&
    !index.columns.includes('')
  );
}
