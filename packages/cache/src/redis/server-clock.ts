/** An answer to TIME: what the server's clock showed at some moment between two of `performance.now()`. */
export interface ClockReading {
  readonly serverMs: number;
  readonly beginMs: number;
  readonly endMs: number;
}

/** The server's clock as this process knows it, told by a clock that nobody sets. */
export interface ServerClock {
  nowMs(): number;
  learn(reading: ClockReading): void;
  /** Notes that the clock has shown this moment once. One that lies ahead proves that it was set back since. */
  hasShown(atMs: number): void;
  /**
   * Gives a moment that was noted by the server's clock in `performance.now()`. Minus infinity where it may be any time
   * ago: it lies ahead, or the clock was set back since.
   */
  toOwnMs(atMs: number): number;
}

/** What the estimates of two processes may differ by; a clock that is set by less is not told from that. */
const GRAIN_MS = 100;
/** Processes that have not yet heard of it note moments by the clock from before: two heartbeats at most. */
const UNHEARD_MS = 1_000;

/** Creates a clock that has read nothing. */
export function createServerClock(): ServerClock {
  let offsetMs: number | null = null;
  let doubtedToMs = Number.NEGATIVE_INFINITY;
  const nowMs = (): number => performance.now() + (offsetMs ?? performance.timeOrigin);
  const doubt = (atMs: number): void => {
    doubtedToMs = Math.max(doubtedToMs, atMs + UNHEARD_MS);
  };
  return {
    nowMs,
    learn({ serverMs, beginMs, endMs }) {
      const [leastMs, mostMs] = [serverMs - endMs, serverMs - beginMs];
      // An answer that was long on its way proves little: what is known stays unless it is proved wrong.
      if (offsetMs !== null && offsetMs >= leastMs && offsetMs <= mostMs) return;
      if (offsetMs !== null && offsetMs > mostMs + GRAIN_MS) doubt(nowMs());
      offsetMs = (leastMs + mostMs) / 2;
    },
    hasShown(atMs) {
      if (atMs > nowMs() + GRAIN_MS) doubt(atMs);
    },
    toOwnMs(atMs) {
      if (atMs <= doubtedToMs || atMs > nowMs() + GRAIN_MS) return Number.NEGATIVE_INFINITY;
      return atMs - nowMs() + performance.now();
    },
  };
}
