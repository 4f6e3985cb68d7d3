import type { MetricSample, TargetMetrics } from './types.ts';

/** When each counter of one target began, as receivers were told; kept from one request to the next. */
export interface StartTimes {
  /** Start of the server that was read last; null before the first. */
  readonly serverStartedMs: number | null;
  readonly series: ReadonlyMap<string, CounterStart>;
}

interface CounterStart {
  readonly startMs: number;
  /** Value and time of the point that was last sent. */
  readonly value: number;
  readonly readMs: number;
  /** When the source said that it began; null when it did not say. */
  readonly sinceMs: number | null;
}

/** Nothing was sent yet. */
export const NO_START_TIMES: StartTimes = { serverStartedMs: null, series: new Map() };

/** Finds the start times of the counters in one reading of a target. */
export interface StartClock {
  /** Gives the start of a counter, in milliseconds since 1970. */
  startOf(metric: string, sample: MetricSample): number;
  /** Gives what to compare the next reading with, once this one has arrived. */
  next(): StartTimes;
}

/** Compares a reading of a target with the one that was sent before. */
export function startClock(
  before: StartTimes,
  { server, readAt }: Pick<TargetMetrics, 'server' | 'readAt'>,
): StartClock {
  const readMs = readAt.getTime();
  const serverStartedMs = server?.serverStartedAt.getTime() ?? before.serverStartedMs;
  const isSameServer = before.serverStartedMs === null || before.serverStartedMs === serverStartedMs;
  const found = new Map<string, CounterStart>();
  return {
    startOf(metric, { labels, value, since }) {
      const key = JSON.stringify([metric, labels]);
      const now = { value, readMs, sinceMs: since?.getTime() ?? null };
      const startMs = startMsOf(before.series.get(key), now, isSameServer);
      found.set(key, { ...now, startMs });
      return startMs;
    },
    // While the server does not answer, what is known of its counters is kept.
    next: () => ({ serverStartedMs, series: new Map([...(server === null ? before.series : []), ...found]) }),
  };
}

/**
 * A counter goes on from its start while it grows. When it fell and its source says that it was reset since, it began
 * then. Everything else, such as another server, an entry that came back or an unknown beginning, is a start at this
 * very reading: a receiver takes the value as where counting begins, and never as growth.
 * @source OpenTelemetry metrics data model, "Resets and gaps", "Cumulative streams: handling unknown start time"
 */
function startMsOf(
  last: CounterStart | undefined,
  { value, readMs, sinceMs }: Omit<CounterStart, 'startMs'>,
  isSameServer: boolean,
): number {
  if (last === undefined) return sinceMs !== null && sinceMs < readMs ? sinceMs : readMs;
  const hasFallen = value < last.value;
  if (isSameServer && !hasFallen && sinceMs === last.sinceMs) return last.startMs;
  const isReset = hasFallen && sinceMs !== null && sinceMs >= last.readMs && sinceMs < readMs;
  return isReset ? sinceMs : readMs;
}
