import { runCatalogQuery, type SessionSampleRow, sessionSamplesQuery } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { SampleBatch } from '../../series/index.ts';
import { createBlockingWatch } from './blocking.ts';
import type { Fingerprints } from './fingerprints.ts';
import type { Meter } from './types.ts';

/** A meter that is read each second and gives a batch every few. */
export interface ActivityMeter extends Meter {
  /** What the sessions did when they were looked at last. */
  latest(): readonly SessionSampleRow[];
  /** Goes on after a while without samples: that time is not covered. */
  resume(): void;
}

/** What a sampling of sessions is made with. */
export interface ActivityOptions {
  readonly clock: Clock;
  readonly fingerprints: Fingerprints;
  /** Time whose samples are folded into one batch, in milliseconds. */
  readonly batchMs: number;
  /** Wait for a lock from which it is told who held the lock, in milliseconds. */
  readonly tellBlockingFromMs: number;
}

/** Wait type of a session that runs: it waits for nothing. */
const RUNNING = 'CPU';

/** Place of the statement in the key of an activity. */
const STATEMENT = 2;

const ACTIVE: ReadonlySet<string> = new Set(['active', 'fastpath function call']);

/**
 * Samples the sessions. Each batch says how often each kind of activity was seen; divided by the number of samples
 * that is the average number of active sessions.
 */
export function createActivityMeter(options: ActivityOptions): ActivityMeter {
  let latest: readonly SessionSampleRow[] = [];
  let bucket = newBucket();
  let beganMs: number | null = null;
  let lastMs = 0;
  /** Query ids that nobody knows the text of: the next sample asks. */
  let unknown: readonly string[] = [];
  const blocking = createBlockingWatch({
    fingerprints: options.fingerprints,
    tellFromMs: options.tellBlockingFromMs,
  });
  return {
    id: 'sessions',
    latest: () => latest,
    forget: () => {
      bucket = newBucket();
      beganMs = null;
      blocking.forget();
    },
    resume() {
      const nowMs = options.clock.monotonicMs();
      if (beganMs !== null) beganMs += nowMs - lastMs;
      lastMs = nowMs;
    },
    async read(session) {
      // The first sample of all stands for no time before it.
      beganMs ??= options.clock.monotonicMs();
      const result = await runCatalogQuery(session, sessionSamplesQuery, [unknown]);
      if (!result.ok) return { batches: [], events: [], unavailable: result.unavailable };
      latest = result.rows;
      addSample(bucket, result.rows, options.fingerprints);
      unknown = unknownIn(result.rows, options.fingerprints);
      const events = blocking.see(result.rows, options.clock.now());
      const nothing = { batches: [], events, unavailable: null };
      const nowMs = options.clock.monotonicMs();
      lastMs = nowMs;
      const coveredMs = nowMs - beganMs;
      if (coveredMs < options.batchMs) return nothing;
      const full = bucket;
      bucket = newBucket();
      beganMs = nowMs;
      return {
        ...nothing,
        batches: batchesOf(full, options.fingerprints, { at: options.clock.now(), coveredMs }),
      };
    },
  };
}

interface Bucket {
  samples: number;
  mostActive: number;
  readonly seen: Map<string, { readonly key: readonly string[]; count: number }>;
  /** States of the sessions at the last sample, and the longest ages of all. */
  readonly sessions: Record<string, number>;
}

function newBucket(): Bucket {
  return { samples: 0, mostActive: 0, seen: new Map(), sessions: {} };
}

function addSample(bucket: Bucket, rows: readonly SessionSampleRow[], fingerprints: Fingerprints): void {
  const active = rows.filter((row) => ACTIVE.has(row.state));
  bucket.samples += 1;
  bucket.mostActive = Math.max(bucket.mostActive, active.length);
  for (const row of active) {
    const key = [
      row.waitEventType ?? RUNNING,
      row.waitEvent ?? RUNNING,
      fingerprints.ofSample(row),
      row.user,
      row.applicationName,
      row.database,
    ];
    addCount(bucket.seen, key, 1);
  }
  addStates(bucket.sessions, rows);
}

function addCount(counts: Bucket['seen'], key: readonly string[], count: number): void {
  const text = JSON.stringify(key);
  const known = counts.get(text);
  if (known === undefined) counts.set(text, { key, count });
  else known.count += count;
}

function addStates(sessions: Record<string, number>, rows: readonly SessionSampleRow[]): void {
  const clients = rows.filter((row) => row.backendType === 'client backend');
  const count = (is: (row: SessionSampleRow) => boolean): number =>
    clients.reduce((sum, row) => sum + (is(row) ? row.sessions : 0), 0);
  const isIdleInTransaction = (row: SessionSampleRow): boolean => row.state.startsWith('idle in transaction');
  sessions['connections'] = count(() => true);
  sessions['maxConnections'] = rows[0]?.maxConnections ?? 0;
  sessions['active'] = count((row) => ACTIVE.has(row.state));
  sessions['idle'] = count((row) => row.state === 'idle');
  sessions['idleInTransaction'] = count(isIdleInTransaction);
  sessions['waitingForLock'] = count((row) => row.waitEventType === 'Lock');
  const raise = (name: string, value: number | null): void => {
    sessions[name] = Math.max(sessions[name] ?? 0, value ?? 0);
  };
  for (const row of rows) {
    raise('oldestXminAge', row.xminAge);
    if (row.backendType !== 'client backend') continue;
    raise('oldestTransactionMs', row.transactionMs);
    if (ACTIVE.has(row.state)) raise('oldestStatementMs', row.statementMs);
    if (isIdleInTransaction(row)) raise('oldestIdleInTransactionMs', row.stateMs);
    // A statement that waits for a lock has waited at most as long as it has run.
    if (row.waitEventType === 'Lock') raise('longestLockWaitMs', row.statementMs);
  }
}

const MOST_ASKED = 20;

function unknownIn(rows: readonly SessionSampleRow[], fingerprints: Fingerprints): readonly string[] {
  const active = rows.flatMap(({ state, queryId }) =>
    ACTIVE.has(state) && queryId !== null ? [queryId] : [],
  );
  return [...new Set(active)].filter((queryId) => !fingerprints.isKnown(queryId)).slice(0, MOST_ASKED);
}

/** What was seen, each statement by its fingerprint where that became known since. */
function activityRows({ seen }: Bucket, fingerprints: Fingerprints): SampleBatch['rows'] {
  const counts: Bucket['seen'] = new Map();
  for (const { key, count } of seen.values()) {
    addCount(counts, key.with(STATEMENT, fingerprints.resolved(key[STATEMENT] ?? '')), count);
  }
  return [...counts.values()].map(({ key, count }) => ({ key, values: { samples: count } }));
}

function batchesOf(
  bucket: Bucket,
  fingerprints: Fingerprints,
  stamp: { readonly at: Date; readonly coveredMs: number },
): readonly SampleBatch[] {
  return [
    {
      ...stamp,
      kind: 'activity',
      rows: activityRows(bucket, fingerprints),
    },
    {
      ...stamp,
      kind: 'sampling',
      rows: [{ key: [], values: { samples: bucket.samples, activeSessions: bucket.mostActive } }],
    },
    { ...stamp, kind: 'sessions', rows: [{ key: [], values: bucket.sessions }] },
  ];
}
