import { largestTables, TUNE_NUMBERS } from '../../advise/index.ts';
import { BLOCK_BYTES } from '../../diagnose/index.ts';
import type { PoolLoad, Snapshot, TableFacts, TableLoad, WorkloadFacts } from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { History, SeriesHistory, Store, TargetHistory, TimeRange, Totals } from '../../store/index.ts';

/** What the workload of the past is read with. */
export interface PastWorkloadOptions {
  readonly store: Store;
  readonly targetName: string;
  /** What the target holds now. */
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly nowMs: number;
}

/** Statements looked at: those that wrote the most to temporary files. */
const MOST_STATEMENTS = 200;

/** Reads what the workload asked of the server in the past; null while there is too little of it. */
export async function readPastWorkload(options: PastWorkloadOptions): Promise<WorkloadFacts | null> {
  const { store, nowMs, settings } = options;
  const range = { fromMs: nowMs - settings.get(TUNE_NUMBERS.windowMs), toMs: nowMs };
  const target = await store.target(options.targetName);
  const database = await target.totals('database', range);
  if (database.coveredMs < settings.get(TUNE_NUMBERS.minimumMs)) return null;
  const [statements, checkpoints, wal, tables] = [
    await target.totals('statement', range),
    await target.totals('checkpoint', range),
    await target.totals('wal', range),
    await target.totals('table', range),
  ];
  const of = valuesOf(database);
  const observedMs = database.coveredMs;
  return {
    source: 'history',
    observedMs,
    sessions: await sessionsOf(target, range),
    spills: await spillsOf(store, statements),
    temporary: { filesCount: of('tempFiles'), bytes: of('tempBytes'), observedMs },
    checkpoints:
      checkpoints.coveredMs === 0
        ? null
        : {
            timedCount: valuesOf(checkpoints)('timed'),
            requestedCount: valuesOf(checkpoints)('requested'),
          },
    wal: await walOf(target, wal, range),
    blocks: { hitCount: of('blocksHit'), readCount: of('blocksRead'), readMs: of('blockReadMs') },
    tables: await tablesOf(target, tables, { range, tables: largestTables(options.snapshot) }),
  };
}

function valuesOf({ series }: Totals): (column: string) => number {
  return (column) => series[0]?.values[column] ?? 0;
}

async function spillsOf(store: Store, statements: Totals): Promise<WorkloadFacts['spills']> {
  const written = statements.series
    .filter(({ values }) => (values['tempBlocksWritten'] ?? 0) > 0)
    .toSorted((a, b) => (b.values['tempBlocksWritten'] ?? 0) - (a.values['tempBlocksWritten'] ?? 0))
    .slice(0, MOST_STATEMENTS);
  const texts = await store.statementTexts(written.map(({ key }) => key[0] ?? ''));
  return written.map(({ key, values }) => ({
    queryId: null,
    text: texts.get(key[0] ?? '') ?? null,
    calls: Math.max(1, values['calls'] ?? 0),
    temporaryBytes: (values['tempBlocksWritten'] ?? 0) * BLOCK_BYTES,
  }));
}

async function walOf(target: TargetHistory, wal: Totals, range: TimeRange): Promise<WorkloadFacts['wal']> {
  if (wal.coveredMs === 0) return null;
  const of = valuesOf(wal);
  const { axis, series } = await target.history({ kind: 'wal', range, resolution: '5m' });
  const rates = [...(series[0]?.columns['bytes'] ?? [])].map(
    (bytes, tick) => bytes / Math.max(1, (axis.coveredMs[tick] ?? 0) / 1_000),
  );
  const most = largest(rates);
  return {
    bytes: of('bytes'),
    fullPageImagesCount: of('fullPageImages'),
    buffersFullCount: of('buffersFull'),
    observedMs: wal.coveredMs,
    mostBytesPerSecond: most === 0 ? null : most,
  };
}

async function sessionsOf(target: TargetHistory, range: TimeRange): Promise<WorkloadFacts['sessions']> {
  const sampling = await target.totals('sampling', range);
  const samplesCount = valuesOf(sampling)('samples');
  if (samplesCount === 0) return null;
  const connections = await target.history({ kind: 'sessions', range });
  const activity = await target.history({
    kind: 'activity',
    range,
    groupBy: ([, , , user, , database]) => JSON.stringify([database, user]),
  });
  const samples = await target.history({ kind: 'sampling', range, resolution: activity.axis.resolution });
  const pools = poolsOf(activity, samples);
  return {
    samplesCount,
    activeMean: pools.reduce((sum, { samples: seen }) => sum + seen, 0) / samplesCount,
    // Of the same looks as the connections: the samples also count the workers of parallel plans.
    activeMost: mostOf(connections, 'active'),
    connectionsMost: mostOf(connections, 'connections'),
    pools: pools.map(({ pool }) => pool),
  };
}

/** Mean of the busiest tick of each pool: no session that held a transaction without working is in it. */
function poolsOf(
  activity: History,
  sampling: History,
): readonly { readonly pool: PoolLoad; readonly samples: number }[] {
  const counts = new Map(
    [...(sampling.series[0]?.columns['samples'] ?? [])].map((count, tick) => [
      sampling.axis.atMs[tick] ?? 0,
      count,
    ]),
  );
  return activity.series.flatMap(({ key, columns }) => {
    const [database = '', user = ''] = JSON.parse(key[0] ?? '[]') as readonly string[];
    // Processes of the server's own have no user, and no pool.
    if (user === '' || database === '') return [];
    const seen = [...(columns['samples'] ?? [])].map((value) => (Number.isNaN(value) ? 0 : value));
    const busyMost = seen.reduce((most, value, tick) => {
      const count = counts.get(activity.axis.atMs[tick] ?? 0) ?? 0;
      return count > 0 ? Math.max(most, value / count) : most;
    }, 0);
    return [{ pool: { database, user, busyMost }, samples: seen.reduce((sum, value) => sum + value, 0) }];
  });
}

/** Largest value of a column in all series. */
function mostOf({ series }: { readonly series: readonly SeriesHistory[] }, column: string): number {
  return largest(series.flatMap(({ columns }) => [...(columns[column] ?? [])]));
}

/** What was not read is NaN. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 0);
}

async function tablesOf(
  target: TargetHistory,
  totals: Totals,
  { tables, range }: { readonly tables: readonly TableFacts[]; readonly range: TimeRange },
): Promise<readonly TableLoad[]> {
  const keys = tables.map(({ schema, name }) => [schema, name]);
  const states = await target.history({ kind: 'tableState', range, keys });
  const moved = new Map(totals.series.map(({ key, values }) => [JSON.stringify(key), values]));
  const held = new Map(states.series.map((one) => [JSON.stringify(one.key), one]));
  return tables.map(({ schema, name }) => {
    const key = JSON.stringify([schema, name]);
    const values = moved.get(key) ?? {};
    const state = held.get(key);
    return {
      schema,
      name,
      insertedRows: values['rowsInserted'] ?? 0,
      changedRows: (values['rowsUpdated'] ?? 0) + (values['rowsDeleted'] ?? 0),
      deadRowsMost: state === undefined ? 0 : mostOf({ series: [state] }, 'deadRows'),
    };
  });
}
