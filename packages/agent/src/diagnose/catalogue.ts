import { groupBy } from '../kernel/index.ts';
import type { ColumnRow, IndexFacts, Snapshot, TableFacts } from '../observe/index.ts';
import type { ColumnReference, TableName } from '../sql/index.ts';
import { rowCounts } from './table-rows.ts';

/** A column that a statement names, found in the target's catalogue. */
export interface FoundColumn {
  readonly table: TableFacts;
  readonly name: string;
  /** Null when the table's columns were not read. */
  readonly column: ColumnRow | null;
}

/** Finds what statements name. */
export interface Catalogue {
  /** Null when no table, or more than one outside `public`, bears the name. */
  table(name: TableName): TableFacts | null;
  /** Null when it cannot be told which table owns the column. */
  column(reference: ColumnReference): FoundColumn | null;
  /** Topmost table that a partition belongs to; the table itself when it is none. */
  root(table: TableFacts): TableFacts;
  /** Valid indexes of a table. */
  indexesOf(tableOid: number): readonly IndexFacts[];
  /** Rows of a table with its partitions. */
  rows(tableOid: number): number;
  hasColumn(tableOid: number, name: string): boolean;
}

const known = new WeakMap<Snapshot, Catalogue>();

/** Gives the catalogue of a snapshot, built once; parts that were not read are empty. */
export function catalogueOf(snapshot: Snapshot): Catalogue {
  const kept = known.get(snapshot);
  if (kept !== undefined) return kept;
  const catalogue = buildCatalogue(snapshot);
  known.set(snapshot, catalogue);
  return catalogue;
}

function buildCatalogue({ sections }: Snapshot): Catalogue {
  const tables = sections.tables.status === 'ok' ? sections.tables.data : [];
  const indexes = sections.indexes.status === 'ok' ? sections.indexes.data : [];
  const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
  const byName = groupBy(tables, (table) => table.name);
  const byTable = groupBy(
    indexes.filter((index) => index.isValid && index.isReady),
    (index) => index.tableOid,
  );
  const columnsByTable = groupBy(columns, (column) => column.tableOid);
  const counts = rowCounts(tables);
  const byOid = new Map(tables.map((one) => [one.oid, one]));
  const root = (one: TableFacts): TableFacts => {
    const parent = one.isPartition && one.parentOid !== null ? byOid.get(one.parentOid) : undefined;
    return parent === undefined ? one : root(parent);
  };
  const columnOf = (oid: number, name: string): ColumnRow | null =>
    columnsByTable.get(oid)?.find((column) => column.name === name) ?? null;
  const table = (wanted: TableName): TableFacts | null => {
    const namesakes = byName.get(wanted.name) ?? [];
    if (wanted.schema !== null) return namesakes.find((one) => one.schema === wanted.schema) ?? null;
    const [first, ...others] = namesakes;
    if (others.length > 0) return namesakes.find((one) => one.schema === 'public') ?? null;
    return first ?? null;
  };
  return {
    table,
    root,
    column: ({ name, tables: candidates }) => {
      for (const candidate of candidates) {
        const found = table(candidate);
        if (found === null) continue;
        const column = columnOf(found.oid, name);
        const isSure = column !== null || (candidates.length === 1 && !columnsByTable.has(found.oid));
        if (isSure) return { table: found, name, column };
      }
      return null;
    },
    indexesOf: (oid) => byTable.get(oid) ?? [],
    rows: (oid) => counts.get(oid) ?? 0,
    hasColumn: (oid, name) => columnOf(oid, name) !== null,
  };
}
