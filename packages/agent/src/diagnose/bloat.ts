import { bytesSetting, ratioSetting, type Setting } from '../settings/index.ts';
import { blindSpot } from './define-check.ts';
import type { BlindSpot } from './types.ts';

/** An estimate of bloat, of a table or of an index. */
export interface BloatEstimate {
  readonly sizeBytes: number;
  readonly expectedBytes: number;
  readonly isEstimable: boolean;
}

/** A relation with more waste than allowed. */
export interface Wasteful<Row> {
  readonly row: Row;
  readonly wastedBytes: number;
  /** Share of the file that is waste, 0..1. */
  readonly wasteRatio: number;
}

/** Declares the two thresholds that both bloat checks share; both must be passed. */
export function bloatSettings(
  check: string,
): Readonly<Record<'minimumBytes' | 'minimumRatio', Setting<number>>> {
  return {
    minimumBytes: bytesSetting({
      key: `diagnose.${check}.minimum-bytes`,
      summary: 'Waste from which bloat is worth a rebuild; the share must be passed as well.',
      default: 100 * 1024 ** 2,
      source: 'PgHero and check_postgres: 100 MB',
    }),
    minimumRatio: ratioSetting({
      key: `diagnose.${check}.minimum-ratio`,
      summary: 'Share of the file that is waste from which bloat is worth a rebuild.',
      default: 0.5,
      source: 'pg_index_pilot: a file twice as big as needed',
    }),
  };
}

/** Picks the relations that pass both thresholds, most waste first. */
export function findWaste<Row extends BloatEstimate>(
  rows: readonly Row[],
  values: Readonly<Record<'minimumBytes' | 'minimumRatio', number>>,
): readonly Wasteful<Row>[] {
  return rows
    .filter((row) => row.isEstimable && row.sizeBytes > 0)
    .map((row) => {
      const wastedBytes = Math.max(0, row.sizeBytes - row.expectedBytes);
      return { row, wastedBytes, wasteRatio: wastedBytes / row.sizeBytes };
    })
    .filter((waste) => waste.wastedBytes >= values.minimumBytes && waste.wasteRatio >= values.minimumRatio)
    .toSorted((a, b) => b.wastedBytes - a.wastedBytes);
}

const PLURAL = { table: 'tables', index: 'indexes' } as const;

/** Says how many relations that could hold so much waste have no readable statistics; empty when none. */
export function inestimable(
  rows: readonly BloatEstimate[],
  minimumBytes: number,
  what: 'table' | 'index',
): readonly BlindSpot[] {
  const count = rows.filter((row) => !row.isEstimable && row.sizeBytes >= minimumBytes).length;
  return count === 0
    ? []
    : [
        blindSpot(
          `the bloat of ${count} ${count === 1 ? what : PLURAL[what]} cannot be estimated: column statistics are missing or not readable`,
          'run analyze, and grant select (or pg_read_all_data) to the role of pgsteward',
        ),
      ];
}
