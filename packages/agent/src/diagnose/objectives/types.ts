/** A service level and where the target stands. */
export interface Objective {
  /** `objective/buffer-hit`, `objective/index-scan`, `objective/p95`, `objective/availability`, `objective/cache-hit`. */
  readonly id: string;
  /** The level to hold: a ratio (0..1) or milliseconds, by `unit`. */
  readonly target: number;
  /** Null when it cannot be known. */
  readonly actual: number | null;
  readonly unit: 'ratio' | 'ms';
  /** Null when unknown. */
  readonly met: boolean | null;
  /** How `actual` was found, or why it is unknown. */
  readonly method: string;
}
