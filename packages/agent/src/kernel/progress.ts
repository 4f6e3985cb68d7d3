/** One report of long work; `total` null means that the end is not known. */
export interface ProgressStep {
  /** What is being done, for a person: `loading product_searches`. */
  readonly task: string;
  readonly done: number;
  readonly total: number | null;
  /** What `done` and `total` count: `rows`, `MB`, `checks`. */
  readonly unit: string;
}

/** Receives progress; surfaces draw it, tests ignore it. */
export type ProgressListener = (step: ProgressStep) => void;

/** Drops every report. */
export const silentProgress: ProgressListener = () => undefined;
