/** How finely a stretch of history is kept: as it was read, or folded into minutes, five minutes or hours. */
export type Resolution = 'raw' | '1m' | '5m' | '1h';

/**
 * How finely blocks are kept: as history is read, and folded into six hours, from which only totals are made: those of a
 * day need a fraction of the blocks so.
 */
export type BlockResolution = Resolution | '6h';

/** Stretch of time, by UTC, whose blocks become one chunk a series. */
export type Period = 'hour' | 'day' | 'month';

/** A rollup of the store. */
export interface Rollup {
  readonly resolution: Exclude<BlockResolution, 'raw'>;
  readonly stepMs: number;
  /** Resolution that it is folded from. */
  readonly source: 'raw' | '5m' | '1h';
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** One hour in milliseconds. */
export const HOUR_MS: number = 60 * MINUTE_MS;

/** From fine to coarse. */
export const ROLLUPS: readonly Rollup[] = [
  { resolution: '1m', stepMs: MINUTE_MS, source: 'raw' },
  { resolution: '5m', stepMs: 5 * MINUTE_MS, source: 'raw' },
  { resolution: '1h', stepMs: HOUR_MS, source: '5m' },
  { resolution: '6h', stepMs: 6 * HOUR_MS, source: '1h' },
];

/** Stretch of time that a chunk of a resolution holds. */
export const CHUNK_PERIODS: Readonly<Record<Resolution, Period>> = {
  raw: 'hour',
  '1m': 'day',
  '5m': 'day',
  '1h': 'month',
};

/** Gives the length of a tick; 0 as it was read, where each tick tells its own. */
export function stepOf(resolution: Resolution): number {
  return ROLLUPS.find((rollup) => rollup.resolution === resolution)?.stepMs ?? 0;
}

/** Gives the beginning (UTC) of the period that holds an instant, in milliseconds since 1970. */
export function periodBegin(period: Period, atMs: number): number {
  if (period === 'hour') return Math.floor(atMs / HOUR_MS) * HOUR_MS;
  if (period === 'day') return Math.floor(atMs / DAY_MS) * DAY_MS;
  const date = new Date(atMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** Gives the end of the period that holds an instant. */
export function periodEnd(period: Period, atMs: number): number {
  if (period === 'hour') return periodBegin(period, atMs) + HOUR_MS;
  if (period === 'day') return periodBegin(period, atMs) + DAY_MS;
  const date = new Date(atMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
