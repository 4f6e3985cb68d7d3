/** How long to wait between attempts. */
export interface Backoff {
  /** Longest wait before the second attempt, in milliseconds. */
  readonly firstDelayMs: number;
  /** Longest wait of all, in milliseconds. */
  readonly maximumDelayMs: number;
  /** Gives a number from 0 to below 1. */
  readonly random: () => number;
}

/** A receiver that asks for more is asked again after an hour. */
const MAXIMUM_RETRY_AFTER_MS = 3_600_000;

/**
 * Gives the wait before the next attempt: any time up to a bound that doubles, and no less than the receiver asks.
 * @param attemptsCount attempts so far, at least 1
 * @param retryAfterMs what the receiver asks for, in milliseconds; null when nothing
 * @source AWS Architecture Blog, "Exponential Backoff And Jitter": full jitter
 */
export function retryDelayMs(
  attemptsCount: number,
  retryAfterMs: number | null,
  { firstDelayMs, maximumDelayMs, random }: Backoff,
): number {
  const bound = Math.min(maximumDelayMs, firstDelayMs * 2 ** Math.min(attemptsCount - 1, 40));
  const asked = Math.min(retryAfterMs ?? 0, MAXIMUM_RETRY_AFTER_MS);
  return Math.round(Math.max(asked, bound * random()));
}
