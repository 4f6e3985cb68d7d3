/** One report of long work; `total` null means that the end is not known. Same shape as pgsteward's own. */
export interface ProgressStep {
  /** What is being done, for a person: `loading product_searches`. */
  readonly task: string;
  readonly done: number;
  readonly total: number | null;
  /** What `done` and `total` count: `rows`, `queries`. */
  readonly unit: string;
}

/** Receives progress; surfaces draw it, tests ignore it. */
export type ProgressListener = (step: ProgressStep) => void;
