import { countersWorkload } from '../../advise/index.ts';
import { runCatalogQuery, type SessionSampleRow, sessionSamplesQuery } from '../../catalog/index.ts';
import { type Clock, groupBy, type ProgressListener } from '../../kernel/index.ts';
import { type Snapshot, subtract, takeCounters, type WorkloadFacts } from '../../observe/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';

const EVERY_MS = 1_000;

/** What a target is watched with. */
export interface ObserveWorkloadOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
  /** How long. */
  readonly lengthMs: number;
}

/**
 * Watches a target for a while: samples its sessions each second and measures how fast WAL is written. What takes longer to
 * show, such as checkpoints, is taken from the counters since they were reset.
 */
export async function observeWorkload(
  session: Session,
  snapshot: Snapshot,
  options: ObserveWorkloadOptions,
): Promise<WorkloadFacts> {
  const { clock, lengthMs, onProgress, signal } = options;
  const samples: (readonly SessionSampleRow[])[] = [];
  const before = await takeCounters(session, options);
  const startMs = clock.monotonicMs();
  for (let done = 0; done < lengthMs; done = clock.monotonicMs() - startMs) {
    onProgress({
      task: 'watching sessions',
      done: Math.round(done / 1_000),
      total: lengthMs / 1_000,
      unit: 's',
    });
    const result = await runCatalogQuery(session, sessionSamplesQuery, [[]]);
    if (result.ok) samples.push(result.rows);
    await clock.sleep(EVERY_MS, signal);
  }
  const interval = subtract(before, await takeCounters(session, options));
  const counters = countersWorkload(snapshot);
  const walPerSecond =
    interval.wal === null ? null : interval.wal.bytes / Math.max(1, interval.durationMs / 1_000);
  return {
    ...counters,
    source: 'observed',
    sessions: samples.length === 0 ? counters.sessions : sessionsOf(samples),
    wal: counters.wal === null ? null : { ...counters.wal, mostBytesPerSecond: walPerSecond },
  };
}

function sessionsOf(samples: readonly (readonly SessionSampleRow[])[]): WorkloadFacts['sessions'] {
  const busy = samples.map((rows) => rows.filter(isBusyClient));
  // Workers of a parallel plan are active too, but no connections.
  const active = busy.map((rows) => rows.filter(({ state }) => state === 'active').length);
  const pools = new Map<string, number>();
  for (const rows of busy) {
    for (const [key, group] of groupBy(rows, ({ database, user }) => JSON.stringify([database, user]))) {
      pools.set(key, Math.max(pools.get(key) ?? 0, group.length));
    }
  }
  return {
    samplesCount: samples.length,
    activeMean: active.reduce((sum, count) => sum + count, 0) / samples.length,
    activeMost: Math.max(...active),
    connectionsMost: Math.max(...samples.map(connectionsIn)),
    pools: [...pools].map(([key, busyMost]) => {
      const [database = '', user = ''] = JSON.parse(key) as readonly string[];
      return { database, user, busyMost };
    }),
  };
}

/** What a pooler in transaction mode needs a connection for. */
function isBusyClient({ backendType, pid }: SessionSampleRow): boolean {
  return backendType === 'client backend' && pid !== null;
}

function connectionsIn(rows: readonly SessionSampleRow[]): number {
  return rows
    .filter(({ backendType }) => backendType === 'client backend')
    .reduce((sum, { sessions }) => sum + sessions, 0);
}
