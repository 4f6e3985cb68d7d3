import type { TargetHistory } from '../../store/index.ts';
import { readCacheCharts } from './cache.ts';
import { chartAxis, chartSeries, type Line, perSecond, singleChart, viewChanges } from './charts.ts';
import type { ChartsView, ViewChart, ViewRange } from './types.ts';

/** Screens made of charts alone. */
export const CHART_SCREENS = ['activity', 'connections', 'replication', 'storage'] as const;

/** One of them. */
export type ChartScreen = (typeof CHART_SCREENS)[number];

const last = (column: string, name = column): Line => ({ name, value: (at) => at(column) });
const rate = (column: string, name: string): Line => ({ name, value: perSecond(column) });

/** Reads the charts of a screen. */
export async function readCharts(
  target: TargetHistory,
  screen: ChartScreen,
  range: ViewRange,
): Promise<ChartsView> {
  const [charts, events] = await Promise.all([READERS[screen](target, range), target.events(range)]);
  return { range, charts, events: viewChanges(events) };
}

const READERS: Readonly<
  Record<ChartScreen, (target: TargetHistory, range: ViewRange) => Promise<readonly ViewChart[]>>
> = {
  activity: readActivity,
  connections: readConnections,
  replication: readReplication,
  storage: readStorage,
};

async function readActivity(target: TargetHistory, range: ViewRange): Promise<readonly ViewChart[]> {
  const [database, probe, cache] = await Promise.all([
    target.history({ kind: 'database', range }),
    target.history({ kind: 'probe', range }),
    readCacheCharts(target, range),
  ]);
  return [
    singleChart(database, { id: 'transactions', title: 'Transactions', unit: 'perSecond', isStacked: true }, [
      rate('commits', 'committed'),
      rate('rollbacks', 'rolled back'),
    ]),
    singleChart(
      database,
      {
        id: 'hit',
        title: 'Found in shared buffers',
        unit: 'ratio',
        limit: { name: 'objective', value: 0.98 },
      },
      [
        {
          name: 'buffer hit ratio',
          value: (at) => at('blocksHit') / (at('blocksHit') + at('blocksRead')),
        },
      ],
    ),
    singleChart(database, { id: 'rows', title: 'Rows', unit: 'perSecond' }, [
      rate('rowsFetched', 'fetched'),
      rate('rowsInserted', 'inserted'),
      rate('rowsUpdated', 'updated'),
      rate('rowsDeleted', 'deleted'),
    ]),
    singleChart(database, { id: 'temp', title: 'Temporary files', unit: 'bytesPerSecond' }, [
      rate('tempBytes', 'written'),
    ]),
    singleChart(database, { id: 'trouble', title: 'Deadlocks and conflicts', unit: 'count' }, [
      last('deadlocks', 'deadlocks'),
      last('conflicts', 'conflicts'),
    ]),
    singleChart(probe, { id: 'probe', title: 'Answer to a trivial statement', unit: 'ms' }, [
      { name: 'answer', value: (at) => at('answerMs') / at('answered') },
    ]),
    singleChart(probe, { id: 'availability', title: 'Availability', unit: 'ratio' }, [
      { name: 'answered', value: (at) => at('answered') / (at('answered') + at('failed')) },
    ]),
    ...cache,
  ];
}

async function readConnections(target: TargetHistory, range: ViewRange): Promise<readonly ViewChart[]> {
  const [sessions, database] = await Promise.all([
    target.history({ kind: 'sessions', range }),
    target.history({ kind: 'database', range }),
  ]);
  return [
    singleChart(sessions, { id: 'states', title: 'Sessions by state', unit: 'sessions', isStacked: true }, [
      last('active', 'active'),
      last('idleInTransaction', 'idle in transaction'),
      last('idle', 'idle'),
    ]),
    singleChart(sessions, { id: 'ages', title: 'Oldest', unit: 'ms' }, [
      last('oldestTransactionMs', 'transaction'),
      last('oldestStatementMs', 'statement'),
      last('oldestIdleInTransactionMs', 'idle in transaction'),
      last('longestLockWaitMs', 'waiting for a lock'),
    ]),
    singleChart(database, { id: 'churn', title: 'New sessions', unit: 'perSecond' }, [
      rate('sessions', 'opened'),
      rate('sessionsAbandoned', 'abandoned'),
      rate('sessionsFatal', 'ended by an error'),
      rate('sessionsKilled', 'killed'),
    ]),
  ];
}

async function readReplication(target: TargetHistory, range: ViewRange): Promise<readonly ViewChart[]> {
  const [wal, checkpoint, archiver] = await Promise.all([
    target.history({ kind: 'wal', range }),
    target.history({ kind: 'checkpoint', range }),
    target.history({ kind: 'archiver', range }),
  ]);
  return [
    singleChart(wal, { id: 'wal', title: 'WAL', unit: 'bytesPerSecond' }, [rate('bytes', 'written')]),
    singleChart(checkpoint, { id: 'checkpoints', title: 'Checkpoints', unit: 'count', isStacked: true }, [
      last('timed', 'timed'),
      last('requested', 'requested'),
    ]),
    singleChart(
      checkpoint,
      { id: 'buffers', title: 'Dirty buffers written', unit: 'perSecond', isStacked: true },
      [
        rate('checkpointBuffers', 'by checkpoints'),
        rate('cleanerBuffers', 'by the background writer'),
        rate('sessionBuffers', 'by sessions'),
      ],
    ),
    await manyChart(target, range, {
      id: 'replica-bytes',
      title: 'Replicas behind',
      unit: 'bytes',
      kind: 'replica',
      column: 'replayLagBytes',
    }),
    await manyChart(target, range, {
      id: 'slots',
      title: 'WAL kept for slots',
      unit: 'bytes',
      kind: 'slot',
      column: 'retainedBytes',
    }),
    singleChart(archiver, { id: 'archiver', title: 'WAL archiver', unit: 'count', isStacked: true }, [
      last('archived', 'archived'),
      last('failed', 'failed'),
    ]),
  ];
}

async function readStorage(target: TargetHistory, range: ViewRange): Promise<readonly ViewChart[]> {
  const server = await target.history({ kind: 'server', range });
  return [
    singleChart(server, { id: 'size', title: 'Size of the database', unit: 'bytes' }, [
      last('databaseBytes', 'database'),
    ]),
    singleChart(
      server,
      {
        id: 'wraparound',
        title: 'Age of the oldest transaction id',
        unit: 'count',
        limit: { name: 'limit', value: 2_000_000_000 },
      },
      [last('transactionAge', 'transactions'), last('multixactAge', 'multixacts')],
    ),
  ];
}

async function manyChart(
  target: TargetHistory,
  range: ViewRange,
  chart: Pick<ViewChart, 'id' | 'title' | 'unit'> & {
    readonly kind: 'replica' | 'slot';
    readonly column: string;
  },
): Promise<ViewChart> {
  const { kind, column, ...rest } = chart;
  const history = await target.history({ kind, range });
  const layout = chartAxis(history.axis);
  return {
    ...rest,
    isStacked: false,
    atMs: layout.atMs,
    series: history.series.map(({ key, columns }) =>
      chartSeries(layout, key.filter((part) => part !== '').join(' '), (tick) => columns[column]?.[tick]),
    ),
  };
}
