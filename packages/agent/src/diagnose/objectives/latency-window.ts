import type { Observation, StatementRow } from '../../observe/index.ts';
import { clientQueries } from '../statement-window.ts';
import type { LatencySample } from './latency-quantile.ts';

/** Latencies of the statements of one stretch of time. */
export interface LatencyWindow {
  readonly source: 'interval' | 'cumulative';
  readonly samples: readonly LatencySample[];
  readonly calls: number;
}

/** Picks the interval when enough ran in it, else everything that pg_stat_statements has counted. */
export function latencyWindow(
  observation: Observation,
  cumulative: readonly StatementRow[],
  minimumCalls: number,
): LatencyWindow {
  const moved = clientQueries(observation.interval?.statements ?? []);
  if (moved.length > 0 && callsOf(moved) >= minimumCalls) {
    const before = new Map(cumulative.map((row) => [row.queryId, row]));
    const samples = moved.map((row) => withIntervalSpread(row, before.get(row.queryId)));
    return { source: 'interval', samples, calls: callsOf(samples) };
  }
  const samples = clientQueries(cumulative);
  return { source: 'cumulative', samples, calls: callsOf(samples) };
}

/**
 * Gives a difference the deviation of its own calls: pg_stat_statements tells that of all calls before and
 * after, and sums of squares subtract.
 */
export function withIntervalSpread(moved: StatementRow, before: StatementRow | undefined): LatencySample {
  if (before === undefined || before.calls === 0) return moved;
  const calls = before.calls + moved.calls;
  const mean = (before.totalMs + moved.totalMs) / calls;
  const squares = calls * (moved.stddevMs ** 2 + mean ** 2);
  const squaresBefore = before.calls * (before.stddevMs ** 2 + before.meanMs ** 2);
  const variance = (squares - squaresBefore) / moved.calls - moved.meanMs ** 2;
  return { ...moved, stddevMs: Math.sqrt(Math.max(0, variance)) };
}

function callsOf(rows: readonly { readonly calls: number }[]): number {
  return rows.reduce((sum, row) => sum + row.calls, 0);
}
