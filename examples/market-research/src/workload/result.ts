import { createHistogram, type LatencyHistogram } from './histogram.ts';

/** Latencies of one operation, or of all together; percentiles within 0.4 %. */
export interface LatencySummary {
  /** Completed without an error. */
  readonly calls: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  readonly maxMs: number;
}

/** {@link LatencySummary} of one operation. */
export interface QueryLatency extends LatencySummary {
  readonly name: string;
}

/** What a run of the workload measured. */
export interface WorkloadResult {
  readonly startedAt: Date;
  /** From the first operation's start to the last one's end, ms. */
  readonly durationMs: number;
  /** By name of operation, most calls first. */
  readonly queries: readonly QueryLatency[];
  readonly total: LatencySummary;
  /** Completed operations per second. */
  readonly throughputPerSecond: number;
  /** Message of the first error, null without errors. */
  readonly firstError: string | null;
}

/** Collects outcomes while the workload runs. */
export interface Recorder {
  readonly record: (name: string, latencyMs: number) => void;
  readonly recordError: (name: string, error: unknown) => void;
  readonly calls: () => number;
  readonly result: (startedAt: Date, durationMs: number) => WorkloadResult;
}

interface Tally {
  readonly histogram: LatencyHistogram;
  errors: number;
}

/** Builds an empty recorder; its memory depends on the number of operations' names only. */
export function createRecorder(): Recorder {
  const tallies = new Map<string, Tally>();
  const total: Tally = { histogram: createHistogram(), errors: 0 };
  let firstError: string | null = null;
  const tallyOf = (name: string): Tally => {
    const tally = tallies.get(name) ?? { histogram: createHistogram(), errors: 0 };
    tallies.set(name, tally);
    return tally;
  };
  return {
    record(name, latencyMs) {
      tallyOf(name).histogram.record(latencyMs);
      total.histogram.record(latencyMs);
    },
    recordError(name, error) {
      tallyOf(name).errors += 1;
      total.errors += 1;
      firstError ??= `${name}: ${error instanceof Error ? error.message : String(error)}`;
    },
    calls: () => total.histogram.count(),
    result: (startedAt, durationMs) => ({
      startedAt,
      durationMs,
      queries: [...tallies]
        .map(([name, tally]) => ({ name, ...summarize(tally) }))
        .sort((one, other) => other.calls - one.calls),
      total: summarize(total),
      throughputPerSecond: durationMs === 0 ? 0 : (total.histogram.count() * 1000) / durationMs,
      firstError,
    }),
  };
}

function summarize({ histogram, errors }: Tally): LatencySummary {
  return {
    calls: histogram.count(),
    errors,
    p50Ms: histogram.percentileMs(0.5),
    p95Ms: histogram.percentileMs(0.95),
    p99Ms: histogram.percentileMs(0.99),
    meanMs: histogram.meanMs(),
    maxMs: histogram.maxMs(),
  };
}
