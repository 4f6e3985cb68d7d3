import {
  type IndexRow,
  indexesQuery,
  relationSizesQuery,
  type TableRow,
  tablesQuery,
} from '../../catalog/index.ts';
import { sameShape } from '../../kernel/index.ts';
import type { IndexFacts, Section, TableFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectListing, collectRows } from './plain.ts';

/** Most relations whose file is measured in one run: the largest. */
const MAXIMUM_MEASURED = 10_000;

/** Tables and indexes with their sizes. */
export interface Relations {
  readonly tables: Section<readonly TableFacts[]>;
  readonly indexes: Section<readonly IndexFacts[]>;
}

/** Reads tables and indexes and gives each its size. */
export async function collectRelations(context: CollectorContext): Promise<Relations> {
  const tables = await collectListing(context, tablesQuery);
  const rows = await collectIndexes(context, tables);
  const sizeOf = await measure(context);
  const indexes: Section<readonly IndexFacts[]> =
    rows.status === 'ok' ? { ...rows, data: completeIndexes(rows.data, sizeOf) } : rows;
  if (tables.status !== 'ok') return { tables, indexes };
  const perTable = sumByTable(indexes.status === 'ok' ? indexes.data : []);
  return { tables: { ...tables, data: tables.data.map((table) => size(table, sizeOf, perTable)) }, indexes };
}

/** Reads indexes; when their definitions, which need locks and time, cannot be had, all but these. */
async function collectIndexes(
  context: CollectorContext,
  tables: Section<readonly TableRow[]>,
): Promise<Section<readonly IndexRow[]>> {
  const indexes = await collectListing(
    context,
    indexesQuery,
    context.locks.values((oids) => [oids]),
  );
  if (indexes.status === 'ok' || tables.status !== 'ok') return indexes;
  const bare = await collectListing(context, indexesQuery, [tables.data.map((table) => table.oid)]);
  if (bare.status !== 'ok') return indexes;
  const { reason, remedy } = indexes;
  context.noteGap({ id: 'observe/index-definitions', reason, remedy });
  return bare;
}

/** Gives the bytes of a relation: measured, else by its page count; null while it is locked. */
type SizeOf = (oid: number, estimatedPages: number) => number | null;

async function measure(context: CollectorContext): Promise<SizeOf> {
  const section = await collectRows(
    context,
    relationSizesQuery,
    context.locks.values((oids) => [MAXIMUM_MEASURED, oids]),
  );
  if (section.status === 'unavailable') {
    context.noteGap({ id: 'observe/relation-sizes', reason: section.reason, remedy: section.remedy });
  }
  const rows = section.status === 'ok' ? section.data : [];
  const measured = new Map(rows.map((row) => [row.oid, row.sizeBytes]));
  const locked = new Set(context.locks.oids());
  const { blockSizeBytes } = context.session.capabilities;
  return (oid, estimatedPages) =>
    locked.has(oid) ? null : (measured.get(oid) ?? estimatedPages * blockSizeBytes);
}

const indexShape = sameShape<IndexFacts>();
const tableShape = sameShape<TableFacts>();

/** Adds sizes, and to an index attached to a parent's the parent's columns. */
function completeIndexes(rows: readonly IndexRow[], sizeOf: SizeOf): readonly IndexFacts[] {
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const columnsOf = (row: IndexRow): readonly string[] => {
    const parent = row.parentOid === null ? undefined : byOid.get(row.parentOid);
    return parent === undefined ? row.columns : columnsOf(parent);
  };
  return rows.map((row) =>
    indexShape({
      ...row,
      columns: columnsOf(row),
      sizeBytes: row.isPartitioned ? 0 : sizeOf(row.oid, row.estimatedPages),
    }),
  );
}

function sumByTable(indexes: readonly IndexFacts[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { tableOid, sizeBytes } of indexes) {
    sums.set(tableOid, (sums.get(tableOid) ?? 0) + (sizeBytes ?? 0));
  }
  return sums;
}

function size(table: TableRow, sizeOf: SizeOf, indexSums: ReadonlyMap<number, number>): TableFacts {
  const heapBytes = table.kind === 'partitioned' ? 0 : sizeOf(table.oid, table.estimatedPages);
  if (heapBytes === null) {
    return tableShape({ ...table, heapBytes, indexesBytes: null, toastBytes: null, totalBytes: null });
  }
  const indexesBytes = indexSums.get(table.oid) ?? 0;
  const toastBytes = table.toastOid === null ? 0 : (sizeOf(table.toastOid, 0) ?? 0);
  const totalBytes = heapBytes + indexesBytes + toastBytes;
  return tableShape({ ...table, heapBytes, indexesBytes, toastBytes, totalBytes });
}
