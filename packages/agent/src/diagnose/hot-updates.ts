import type { TableFacts } from '../observe/index.ts';
import { countSetting, ratioSetting, type Setting } from '../settings/index.ts';

/** How the rows of one or more tables were updated since the statistics began. */
export interface UpdateProfile {
  readonly updatedRows: number;
  readonly hotUpdatedRows: number;
  /** Updates that needed no new index entry, as a share of all; 1 when there were none. */
  readonly hotRatio: number;
  /** Share of updates that found no room on their page; null before PostgreSQL 16. */
  readonly newPageRatio: number | null;
  /** Share of updates that stayed on their page and yet were not HOT: they changed an indexed column. */
  readonly indexedColumnRatio: number | null;
}

/** Adds up the updates of tables. */
export function updateProfile(tables: readonly TableFacts[]): UpdateProfile {
  const sum = (numberOf: (table: TableFacts) => number): number =>
    tables.reduce((total, table) => total + numberOf(table), 0);
  const updatedRows = sum((table) => table.updatedRows);
  const hotUpdatedRows = sum((table) => table.hotUpdatedRows);
  const isKnown = updatedRows > 0 && tables.every((table) => table.newPageUpdatedRows !== null);
  const newPage = sum((table) => table.newPageUpdatedRows ?? 0);
  return {
    updatedRows,
    hotUpdatedRows,
    hotRatio: updatedRows === 0 ? 1 : hotUpdatedRows / updatedRows,
    newPageRatio: isKnown ? newPage / updatedRows : null,
    indexedColumnRatio: isKnown ? (updatedRows - hotUpdatedRows - newPage) / updatedRows : null,
  };
}

/** Declares the two thresholds that every check of HOT updates shares. */
export function hotSettings(
  check: string,
): Readonly<Record<'maximumHotRatio' | 'minimumUpdatesPerDay', Setting<number>>> {
  return {
    maximumHotRatio: ratioSetting({
      key: `diagnose.${check}.maximum-hot-ratio`,
      summary: 'Share of HOT updates from which a table is left alone.',
      default: 0.5,
      source: 'pgsteward catalogue of checks: fewer than half of the updates are HOT',
    }),
    minimumUpdatesPerDay: countSetting({
      key: `diagnose.${check}.minimum-updates-per-day-count`,
      summary: 'Updated rows a day from which a table counts as updated often.',
      default: 1_000,
      source: 'pganalyze index write overhead: below it the cost does not show',
    }),
  };
}
