import type { Observation, StatementRow } from '../observe/index.ts';
import { describeWindow } from './observed-since.ts';
import { isQueryText } from './statement-text.ts';

/** The statements of one stretch of time: pgsteward's own and utility statements are left out. */
export interface StatementWindow {
  readonly source: 'interval' | 'cumulative';
  /** Longest total time first. */
  readonly rows: readonly StatementRow[];
  /** Execution time of all rows, in milliseconds. */
  readonly totalMs: number;
  /** Null when pg_stat_statements does not tell when it began. */
  readonly lengthMs: number | null;
  /** Length for the evidence: `the last 5 min`. */
  readonly observed: string;
}

/**
 * Picks what to judge statements by: the interval between the snapshots when it is long enough, else all that
 * pg_stat_statements has counted.
 */
export function statementWindow(
  observation: Observation,
  cumulative: readonly StatementRow[],
  minimumIntervalMs: number,
): StatementWindow {
  const { interval, snapshot } = observation;
  if (interval?.statements && interval.durationMs >= minimumIntervalMs) {
    return windowOf('interval', interval.statements, interval.durationMs);
  }
  const info = snapshot.sections.statementsInfo;
  const began = info.status === 'ok' ? info.data.statsReset : null;
  const lengthMs = began === null ? null : Math.max(0, snapshot.takenAt.getTime() - began.getTime());
  return windowOf('cumulative', cumulative, lengthMs);
}

/** Leaves out pgsteward's own statements and utility statements; a hidden text counts as a query. */
export function clientQueries(rows: readonly StatementRow[]): readonly StatementRow[] {
  return rows.filter((row) => !row.isOwn && row.calls > 0 && isQueryText(row.query) !== false);
}

function windowOf(
  source: StatementWindow['source'],
  all: readonly StatementRow[],
  lengthMs: number | null,
): StatementWindow {
  const rows = clientQueries(all).toSorted((a, b) => b.totalMs - a.totalMs);
  const totalMs = rows.reduce((sum, row) => sum + row.totalMs, 0);
  return { source, rows, totalMs, lengthMs, observed: describeWindow(source, lengthMs) };
}
