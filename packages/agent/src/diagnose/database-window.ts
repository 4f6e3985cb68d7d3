import type { DatabaseRow, Snapshot } from '../observe/index.ts';

/**
 * Estimates how long the counters of the database have been counting, in milliseconds. Where they were never
 * reset, they may be as old as the cluster's other statistics, whose beginning PostgreSQL does tell; taking the
 * longer time keeps a rate from being overstated after a restart.
 * @source PostgreSQL docs 27.2 "The Cumulative Statistics System": kept over a clean restart, lost in a crash
 */
export function databaseWindowMs(snapshot: Snapshot, database: DatabaseRow): number {
  const { wal, checkpoints } = snapshot.sections;
  const begins = [
    snapshot.server.serverStartedAt,
    wal.status === 'ok' ? wal.data.statsReset : null,
    checkpoints.status === 'ok' ? checkpoints.data.statsReset : null,
  ].map((time) => time?.getTime() ?? Number.POSITIVE_INFINITY);
  const began = database.statsReset?.getTime() ?? Math.min(...begins);
  return Math.max(0, database.now.getTime() - began);
}
