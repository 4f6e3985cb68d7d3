import type { ColumnRow, IndexFacts, Snapshot, TableFacts } from '../observe/index.ts';

/** Rows from which reading a whole table is worth a look; small ones are read whole for good reason. */
const LARGE_TABLE_ROWS = 10_000;

/** Gives the largest tables, by heap, indexes and TOAST together. */
export function largestTables(snapshot: Snapshot, limit: number): readonly TableFacts[] {
  const section = snapshot.sections.tables;
  if (section.status !== 'ok') return [];
  return section.data
    .filter((table) => (table.totalBytes ?? 0) > 0)
    .toSorted((a, b) => (b.totalBytes ?? 0) - (a.totalBytes ?? 0))
    .slice(0, limit);
}

/** Gives the largest indexes. */
export function largestIndexes(snapshot: Snapshot, limit: number): readonly IndexFacts[] {
  const section = snapshot.sections.indexes;
  if (section.status !== 'ok') return [];
  return section.data
    .filter((index) => (index.sizeBytes ?? 0) > 0)
    .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
    .slice(0, limit);
}

/** How a large table is searched. */
export interface ScanRatio {
  readonly table: TableFacts;
  /** Index scans of all scans, 0..1. */
  readonly indexScanRatio: number;
}

/** Gives the share of index scans of the largest tables that were scanned at all. */
export function scanRatios(snapshot: Snapshot, limit: number): readonly ScanRatio[] {
  return largestTables(snapshot, Number.MAX_SAFE_INTEGER)
    .filter((table) => Math.max(table.liveRows, table.estimatedRows ?? 0) >= LARGE_TABLE_ROWS)
    .flatMap((table) => {
      const scans = table.indexScans + table.sequentialScans;
      return scans > 0 ? [{ table, indexScanRatio: table.indexScans / scans }] : [];
    })
    .slice(0, limit);
}

/** Gives the columns whose statistics could be read. */
export function columnsOf(snapshot: Snapshot): readonly ColumnRow[] {
  const section = snapshot.sections.columns;
  return section.status === 'ok' ? section.data.columns : [];
}
