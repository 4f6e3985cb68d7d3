import { oncePer } from '../kernel/index.ts';
import type { DatabaseRow, Snapshot, TableFacts } from '../observe/index.ts';

const DAY_MS = 86_400_000;

/** The time in which cumulative counters grew. */
export interface StatisticsWindow {
  readonly lengthMs: number;
  /** Length in days, at least one: a rate per day is never extrapolated from less than a day. */
  readonly days: number;
}

/**
 * Estimates how long the counters of tables have been counting. A server that was never reset keeps them over a
 * clean restart, so the oldest vacuum or analyze that they remember stretches the window back.
 */
export function statisticsWindow(
  snapshot: Snapshot,
  database: DatabaseRow,
  tables: readonly TableFacts[],
): StatisticsWindow {
  const remembered = Math.min(snapshot.server.serverStartedAt.getTime(), oldestVisit(tables));
  const began = database.statsReset?.getTime() ?? remembered;
  const lengthMs = Math.max(0, database.now.getTime() - began);
  return { lengthMs, days: Math.max(1, lengthMs / DAY_MS) };
}

/** Finds the oldest vacuum or analyze that any table remembers, in milliseconds since 1970. */
const oldestVisit = oncePer((tables: readonly TableFacts[]) =>
  tables.reduce((oldest, table) => {
    const times = [table.lastVacuum, table.lastAutovacuum, table.lastAnalyze, table.lastAutoanalyze];
    return times.reduce((least, time) => Math.min(least, time?.getTime() ?? least), oldest);
  }, Number.POSITIVE_INFINITY),
);
