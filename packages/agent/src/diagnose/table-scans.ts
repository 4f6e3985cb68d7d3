import type { TableFacts } from '../observe/index.ts';
import { type Family, tableFamilies, total } from './partition-families.ts';
import { rowCounts } from './table-rows.ts';

/** How the larger tables are read. */
export interface TableScans {
  readonly sequentialScans: number;
  readonly indexScans: number;
  /** Index scans among all; null without a scan. */
  readonly indexScanRatio: number | null;
  /** Tables judged, most rows read by sequential scans first; partitions together. */
  readonly tables: readonly ScannedTable[];
}

/** Scans of one table with all its partitions. */
export interface ScannedTable {
  readonly schema: string;
  readonly name: string;
  readonly sequentialScans: number;
  readonly indexScans: number;
  readonly sequentialRowsRead: number;
}

/** Rows below which a partition is rightly read as a whole, such as an empty one for the days to come. */
const SMALL_PARTITION_ROWS = 1_000;

/** Leaves partitions out that no index would serve better; a table without partitions stays as it is. */
export function withoutSmallPartitions(
  family: Family<TableFacts>,
  rows: ReadonlyMap<number, number>,
): Family<TableFacts> {
  if (family.root.kind !== 'partitioned') return family;
  return {
    ...family,
    members: family.members.filter((table) => (rows.get(table.oid) ?? 0) >= SMALL_PARTITION_ROWS),
  };
}

/** Adds up the scans of all tables from a number of rows on. */
export function tableScans(all: readonly TableFacts[], minimumRows: number): TableScans {
  const rows = rowCounts(all);
  const tables = tableFamilies(all)
    .filter(({ root }) => (rows.get(root.oid) ?? 0) >= minimumRows)
    .map((family) => withoutSmallPartitions(family, rows))
    .map((family) => ({
      schema: family.root.schema,
      name: family.root.name,
      sequentialScans: total(family, (table) => table.sequentialScans),
      indexScans: total(family, (table) => table.indexScans),
      sequentialRowsRead: total(family, (table) => table.sequentialRowsRead),
    }))
    .toSorted((a, b) => b.sequentialRowsRead - a.sequentialRowsRead);
  const sequentialScans = tables.reduce((sum, table) => sum + table.sequentialScans, 0);
  const indexScans = tables.reduce((sum, table) => sum + table.indexScans, 0);
  const scans = sequentialScans + indexScans;
  return { sequentialScans, indexScans, indexScanRatio: scans === 0 ? null : indexScans / scans, tables };
}
