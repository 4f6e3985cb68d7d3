import type { KindName } from './kinds.ts';

/** One series at one instant. */
export interface SampleRow {
  /** Parts of the key, in the order of the kind. */
  readonly key: readonly string[];
  /** Values by column, in their own units; a column that is left out is 0. */
  readonly values: Readonly<Record<string, number>>;
}

/** What was read of one kind at one instant. Series that stood still may be left out of a kind of counters. */
export interface SampleBatch {
  readonly kind: KindName;
  /** When it was read. */
  readonly at: Date;
  /** Time since the reading before, in milliseconds, by a clock that never jumps; for states the time they stand for. */
  readonly coveredMs: number;
  readonly rows: readonly SampleRow[];
}

/** Something that happened and explains a chart: shown as a marker, never as a value. */
export interface StoredEvent {
  readonly at: Date;
  /** `restart`, `statistics-reset`, `setting`, `ddl`, `deploy`, `gap`, `version`, `clock-step`, `extension`, `blocking` … */
  readonly kind: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
