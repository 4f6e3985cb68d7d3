import type { Resolution } from './resolutions.ts';

/** A stretch of time, beginning excluded and end included, in milliseconds since 1970. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The instants of a stretch of history. */
export interface Axis {
  readonly resolution: Resolution;
  /** When each tick ended, in milliseconds since 1970, ascending. */
  readonly atMs: Float64Array;
  /** How much time each tick covers; less than the step where something is missing. */
  readonly coveredMs: Float64Array;
}

/** History of one series. */
export interface SeriesHistory {
  readonly key: readonly string[];
  /** For each column of the kind one value a tick, in the column's unit. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** History of several series over the same ticks. */
export interface History {
  readonly axis: Axis;
  readonly series: readonly SeriesHistory[];
}

/** What one series came to in a stretch of time. */
export interface SeriesTotal {
  readonly key: readonly string[];
  /** For each column the sum, the last value or the maximum, as the kind says. */
  readonly values: Readonly<Record<string, number>>;
}

/** What all series of a kind came to in a stretch of time. */
export interface Totals {
  /** Time that was covered in it, in milliseconds. */
  readonly coveredMs: number;
  readonly series: readonly SeriesTotal[];
}
