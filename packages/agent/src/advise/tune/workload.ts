import { BLOCK_BYTES, clientQueries, rowsOf, statisticsWindow } from '../../diagnose/index.ts';
import { groupBy } from '../../kernel/index.ts';
import type {
  Section,
  SessionRow,
  Snapshot,
  StatementRow,
  StatementSpill,
  TableFacts,
  WorkloadFacts,
} from '../../observe/index.ts';

/** Tables looked at, the largest first. */
const MOST_TABLES = 50;

/** Takes the workload from the counters of one snapshot: all that was counted since they were reset. */
export function countersWorkload(snapshot: Snapshot): WorkloadFacts {
  const { sections } = snapshot;
  const database = dataOf(sections.database);
  const wal = dataOf(sections.wal);
  const tables = dataOf(sections.tables) ?? [];
  const observedMs = database === null ? 0 : statisticsWindow(snapshot, database, tables).lengthMs;
  return {
    source: 'counters',
    observedMs,
    sessions: sessionsOf(dataOf(sections.activity)),
    spills: spillsOf(dataOf(sections.statements)),
    temporary:
      database === null ? null : { filesCount: database.tempFiles, bytes: database.tempBytes, observedMs },
    checkpoints: checkpointsOf(snapshot),
    wal:
      wal === null
        ? null
        : {
            bytes: wal.bytes,
            fullPageImagesCount: wal.fullPageImages,
            buffersFullCount: wal.buffersFull,
            observedMs: wal.now.getTime() - (wal.statsReset ?? snapshot.server.serverStartedAt).getTime(),
            mostBytesPerSecond: null,
          },
    blocks:
      database === null
        ? null
        : { hitCount: database.blocksHit, readCount: database.blocksRead, readMs: database.blockReadMs },
    tables: largestTables(snapshot).map((table) => ({
      schema: table.schema,
      name: table.name,
      insertedRows: table.insertedRows,
      changedRows: table.updatedRows + table.deletedRows,
      deadRowsMost: table.deadRows,
    })),
  };
}

/** Gives the tables with the most rows. */
export function largestTables(snapshot: Snapshot): readonly TableFacts[] {
  return (dataOf(snapshot.sections.tables) ?? [])
    .filter((table) => table.kind === 'table')
    .toSorted((a, b) => rowsOf(b) - rowsOf(a))
    .slice(0, MOST_TABLES);
}

function checkpointsOf({ sections, server }: Snapshot): WorkloadFacts['checkpoints'] {
  const row = dataOf(sections.checkpoints);
  // A standby's restartpoints follow the checkpoints of its primary.
  if (row === null || server.isInRecovery) return null;
  return { timedCount: row.timed, requestedCount: row.requested };
}

function sessionsOf(rows: readonly SessionRow[] | null): WorkloadFacts['sessions'] {
  if (rows === null) return null;
  const clients = rows.filter((row) => row.backendType === 'client backend' && !row.isOwn);
  const active = clients.filter(({ state }) => state === 'active').length;
  const busy = clients.filter(({ state }) => state !== 'idle' && state !== null);
  const pools = groupBy(busy, (row) => JSON.stringify([row.database ?? '', row.user ?? '']));
  return {
    samplesCount: 1,
    activeMean: active,
    activeMost: active,
    connectionsMost: clients.length,
    pools: [...pools.values()].map((group) => ({
      database: group[0]?.database ?? '',
      user: group[0]?.user ?? '',
      busyMost: group.length,
    })),
  };
}

function spillsOf(rows: readonly StatementRow[] | null): WorkloadFacts['spills'] {
  if (rows === null) return null;
  return clientQueries(rows).flatMap((row): readonly StatementSpill[] =>
    row.tempBlocksWritten === 0
      ? []
      : [
          {
            queryId: row.queryId,
            text: row.query,
            calls: row.calls,
            temporaryBytes: row.tempBlocksWritten * BLOCK_BYTES,
          },
        ],
  );
}

function dataOf<T>(section: Section<T>): T | null {
  return section.status === 'ok' ? section.data : null;
}
