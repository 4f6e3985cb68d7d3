import { indexesQuery, type RelationSizeRow, relationSizesQuery, tablesQuery } from '../../catalog/index.ts';
import type { IndexFacts, Section, TableFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectListing } from './plain.ts';

/** Tables and indexes, measured. */
export interface Relations {
  readonly tables: Section<readonly TableFacts[]>;
  readonly indexes: Section<readonly IndexFacts[]>;
}

/** Reads tables and indexes and joins each with its measured size. */
export async function collectRelations(context: CollectorContext): Promise<Relations> {
  const { lockedOids } = context;
  const tables = await collectListing(context, tablesQuery);
  const indexes = await collectListing(context, indexesQuery, [lockedOids]);
  const sizes = await collectSizes(context);
  const measured: Section<readonly IndexFacts[]> =
    indexes.status === 'ok'
      ? {
          ...indexes,
          data: indexes.data.map((index) => ({
            ...index,
            sizeBytes: index.isPartitioned ? 0 : (sizes.get(index.oid) ?? null),
          })),
        }
      : indexes;
  if (tables.status !== 'ok') return { tables, indexes: measured };
  const perTable = sumByTable(measured.status === 'ok' ? measured.data : []);
  return {
    tables: { ...tables, data: tables.data.map((table) => measureTable(table, sizes, perTable)) },
    indexes: measured,
  };
}

type SizeByOid = ReadonlyMap<number, number>;

async function collectSizes(context: CollectorContext): Promise<SizeByOid> {
  const section = await collectListing<RelationSizeRow>(context, relationSizesQuery, [context.lockedOids]);
  if (section.status === 'ok') return new Map(section.data.map((row) => [row.oid, row.sizeBytes]));
  context.noteGap({ id: 'observe/relation-sizes', reason: section.reason, remedy: section.remedy });
  return new Map();
}

function sumByTable(indexes: readonly IndexFacts[]): SizeByOid {
  const sums = new Map<number, number>();
  for (const { tableOid, sizeBytes } of indexes) {
    sums.set(tableOid, (sums.get(tableOid) ?? 0) + (sizeBytes ?? 0));
  }
  return sums;
}

type Unmeasured = Omit<TableFacts, 'heapBytes' | 'indexesBytes' | 'toastBytes' | 'totalBytes'>;

function measureTable(table: Unmeasured, sizes: SizeByOid, indexSums: SizeByOid): TableFacts {
  const heapBytes = table.kind === 'partitioned' ? 0 : (sizes.get(table.oid) ?? null);
  if (heapBytes === null) {
    return { ...table, heapBytes, indexesBytes: null, toastBytes: null, totalBytes: null };
  }
  const indexesBytes = indexSums.get(table.oid) ?? 0;
  const toastBytes = table.toastOid === null ? 0 : (sizes.get(table.toastOid) ?? 0);
  return { ...table, heapBytes, indexesBytes, toastBytes, totalBytes: heapBytes + indexesBytes + toastBytes };
}
