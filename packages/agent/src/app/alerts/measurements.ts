import type { Unit } from '../../kernel/index.ts';
import type { KindName } from '../../series/index.ts';

/** What a measurement is made of at one instant: the ticks of one series up to then. */
export interface Ticks {
  /** Value of a column at the instant. */
  now(column: string): number;
  /** Sum of a column over the window of the measurement. */
  sum(column: string): number;
  /** Time that the window covers, in seconds. */
  seconds(): number;
  /** Milliseconds between the instant and the last tick within the look-back at which something held; null without one. */
  sinceMs(holds: (column: (name: string) => number) => boolean): number | null;
}

/** A measurement that rules may look at. */
export interface Measurement {
  /** Ends in its unit. */
  readonly name: string;
  readonly unit: Unit;
  readonly summary: string;
  readonly kind: KindName;
  /** Labels of a sample from the key of its series. */
  readonly labels: (key: readonly string[]) => Readonly<Record<string, string>>;
  /** Length of the window that `sum` and `seconds` look at, in milliseconds; 0 is the tick alone. */
  readonly windowMs: number;
  /** How far back the last reading may be, in milliseconds. */
  readonly lookBackMs: number;
  /** Null where there is nothing to say. */
  readonly value: (ticks: Ticks) => number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WRAPAROUND = 2 ** 31;

type Given = Omit<Measurement, 'labels' | 'windowMs' | 'lookBackMs'> &
  Partial<Pick<Measurement, 'labels' | 'windowMs' | 'lookBackMs'>>;

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const poolLabels = ([pooler = '', database = '', user = '']: readonly string[]) => ({
  pooler,
  pool: `${database} of ${user}`,
});
const dotted = ([schema = '', name = '']: readonly string[]): string => `${schema}.${name}`;

const given: readonly Given[] = [
  {
    name: 'probe-failed-ratio',
    unit: 'ratio',
    summary: 'Share of the probes of the last ten seconds that failed.',
    kind: 'probe',
    value: ({ now }) => ratio(now('failed'), now('failed') + now('answered')),
  },
  {
    name: 'collector-failing-ms',
    unit: 'ms',
    summary: 'Time since a collector last succeeded, while it fails; 0 otherwise.',
    kind: 'self',
    labels: ([collector = '']) => ({ collector }),
    lookBackMs: HOUR_MS,
    value: ({ sinceMs }) => {
      const failedMs = sinceMs((column) => column('failures') > 0);
      if (failedMs === null) return 0;
      const succeededMs = sinceMs((column) => column('runs') > column('failures'));
      return succeededMs === null || succeededMs > failedMs ? (succeededMs ?? HOUR_MS) : 0;
    },
  },
  {
    name: 'connections-used-ratio',
    unit: 'ratio',
    summary: 'Share of max_connections in use.',
    kind: 'sessions',
    value: ({ now }) => ratio(now('connections'), now('maxConnections')),
  },
  {
    name: 'sessions-active-count',
    unit: 'count',
    summary: 'Sessions that run a statement.',
    kind: 'sessions',
    value: ({ now }) => now('active'),
  },
  {
    name: 'sessions-waiting-for-lock-count',
    unit: 'count',
    summary: 'Sessions that wait for a lock.',
    kind: 'sessions',
    value: ({ now }) => now('waitingForLock'),
  },
  {
    name: 'blocking-age-ms',
    unit: 'ms',
    summary: 'Longest wait of a session for a lock.',
    kind: 'sessions',
    value: ({ now }) => now('longestLockWaitMs'),
  },
  {
    name: 'idle-in-transaction-age-ms',
    unit: 'ms',
    summary: 'Longest time that a session has been idle in a transaction.',
    kind: 'sessions',
    value: ({ now }) => now('oldestIdleInTransactionMs'),
  },
  {
    name: 'oldest-transaction-ms',
    unit: 'ms',
    summary: 'Age of the oldest transaction.',
    kind: 'sessions',
    value: ({ now }) => now('oldestTransactionMs'),
  },
  {
    name: 'oldest-statement-ms',
    unit: 'ms',
    summary: 'Age of the statement that has run longest.',
    kind: 'sessions',
    value: ({ now }) => now('oldestStatementMs'),
  },
  {
    name: 'pooler-failed-ratio',
    unit: 'ratio',
    summary: 'Share of the last looks at the admin console of a pooler that failed: 0 or 1.',
    kind: 'pooler',
    labels: ([pooler = '']) => ({ pooler }),
    value: ({ now }) => ratio(now('failed'), now('failed') + now('answered')),
  },
  {
    name: 'pool-clients-waiting-count',
    unit: 'count',
    summary: 'Clients of a pool that wait for a server.',
    kind: 'pool',
    labels: poolLabels,
    value: ({ now }) => now('clientsWaiting'),
  },
  {
    name: 'pool-longest-wait-ms',
    unit: 'ms',
    summary: 'How long the client at the head of the queue of a pool has waited for a server.',
    kind: 'pool',
    labels: poolLabels,
    value: ({ now }) => now('longestWaitMs'),
  },
  {
    name: 'pool-used-ratio',
    unit: 'ratio',
    summary: 'Share of the servers that a pool may hold which work for clients.',
    kind: 'pool',
    labels: poolLabels,
    value: ({ now }) => ratio(now('serversActive'), now('poolSize')),
  },
  {
    name: 'pool-wait-per-transaction-ms',
    unit: 'ms',
    summary: 'Time that the transactions of the last five minutes waited for a server of a pooled database.',
    kind: 'pooledDatabase',
    labels: ([pooler = '', database = '']) => ({ pooler, database }),
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => ratio(sum('waitMs'), sum('transactions')),
  },
  {
    name: 'wraparound-age-ratio',
    unit: 'ratio',
    summary: 'Share of the 2^31 transaction or multixact ids that are used.',
    kind: 'server',
    lookBackMs: 26 * HOUR_MS,
    value: ({ now }) => Math.max(now('transactionAge'), now('multixactAge')) / WRAPAROUND,
  },
  {
    name: 'database-bytes',
    unit: 'bytes',
    summary: 'Size of the connected database.',
    kind: 'server',
    lookBackMs: 26 * HOUR_MS,
    value: ({ now }) => now('databaseBytes'),
  },
  {
    name: 'sequence-used-ratio',
    unit: 'ratio',
    summary: 'Share of the values of a sequence, or of its column, that are used.',
    kind: 'sequence',
    labels: (key) => ({ sequence: dotted(key) }),
    lookBackMs: 26 * HOUR_MS,
    value: ({ now }) => ratio(now('used'), now('available')),
  },
  {
    name: 'replica-lag-bytes',
    unit: 'bytes',
    summary: 'WAL that a replica has not replayed.',
    kind: 'replica',
    labels: ([name = '', address = '']) => ({ replica: address === '' ? name : `${name} (${address})` }),
    value: ({ now }) => now('replayLagBytes'),
  },
  {
    name: 'replica-lag-ms',
    unit: 'ms',
    summary: 'Time that a replica is behind.',
    kind: 'replica',
    labels: ([name = '', address = '']) => ({ replica: address === '' ? name : `${name} (${address})` }),
    value: ({ now }) => now('replayLagMs'),
  },
  {
    name: 'wal-bytes-per-second',
    unit: 'bytesPerSecond',
    summary: 'WAL written.',
    kind: 'wal',
    windowMs: MINUTE_MS,
    value: ({ sum, seconds }) => ratio(sum('bytes'), seconds()),
  },
  {
    name: 'slot-retained-wal-bytes',
    unit: 'bytes',
    summary: 'WAL that a replication slot keeps.',
    kind: 'slot',
    labels: ([slot = '']) => ({ slot }),
    value: ({ now }) => now('retainedBytes'),
  },
  {
    name: 'archiver-failing-ms',
    unit: 'ms',
    summary: 'Time since WAL was last archived, while archiving fails; 0 otherwise.',
    kind: 'archiver',
    lookBackMs: HOUR_MS,
    value: ({ sinceMs }) => {
      const failedMs = sinceMs((column) => column('failed') > 0);
      if (failedMs === null) return 0;
      const archivedMs = sinceMs((column) => column('archived') > 0);
      return archivedMs === null || archivedMs > failedMs ? (archivedMs ?? HOUR_MS) : 0;
    },
  },
  {
    name: 'checkpoints-requested-ratio',
    unit: 'ratio',
    summary: 'Share of the checkpoints of the last hour that WAL and not time began.',
    kind: 'checkpoint',
    windowMs: HOUR_MS,
    value: ({ sum }) => ratio(sum('requested'), sum('requested') + sum('timed')) ?? 0,
  },
  {
    name: 'checkpoints-count',
    unit: 'count',
    summary: 'Checkpoints of the last hour.',
    kind: 'checkpoint',
    windowMs: HOUR_MS,
    value: ({ sum }) => sum('requested') + sum('timed'),
  },
  {
    name: 'temp-bytes-per-second',
    unit: 'bytesPerSecond',
    summary: 'Temporary files written.',
    kind: 'database',
    windowMs: MINUTE_MS,
    value: ({ sum, seconds }) => ratio(sum('tempBytes'), seconds()),
  },
  {
    name: 'transactions-per-second-count',
    unit: 'count',
    summary: 'Transactions that ended.',
    kind: 'database',
    windowMs: MINUTE_MS,
    value: ({ sum, seconds }) => ratio(sum('commits') + sum('rollbacks'), seconds()),
  },
  {
    name: 'deadlocks-per-minute-count',
    unit: 'count',
    summary: 'Deadlocks a minute.',
    kind: 'database',
    windowMs: MINUTE_MS,
    value: ({ sum, seconds }) => ratio(sum('deadlocks') * 60, seconds()),
  },
  {
    name: 'rollback-ratio',
    unit: 'ratio',
    summary: 'Share of the transactions of the last five minutes that were rolled back.',
    kind: 'database',
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => ratio(sum('rollbacks'), sum('rollbacks') + sum('commits')) ?? 0,
  },
  {
    name: 'transactions-count',
    unit: 'count',
    summary: 'Transactions of the last five minutes.',
    kind: 'database',
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => sum('rollbacks') + sum('commits'),
  },
  {
    name: 'buffer-hit-ratio',
    unit: 'ratio',
    summary: 'Share of the blocks of the last five minutes that were found in shared buffers.',
    kind: 'database',
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => ratio(sum('blocksHit'), sum('blocksHit') + sum('blocksRead')) ?? 1,
  },
  {
    name: 'blocks-accessed-count',
    unit: 'count',
    summary: 'Blocks of the last five minutes.',
    kind: 'database',
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => sum('blocksHit') + sum('blocksRead'),
  },
  {
    name: 'cache-failed-ratio',
    unit: 'ratio',
    summary: 'Whether the cache before the target answers (0) or not (1).',
    kind: 'cacheProbe',
    labels: ([source = '']) => ({ cache: source }),
    value: ({ now }) => ratio(now('failed'), now('failed') + now('answered')),
  },
  {
    name: 'cache-memory-used-ratio',
    unit: 'ratio',
    summary: 'Share of the maxmemory of the cache that is used; nothing where it has no limit.',
    kind: 'cache',
    labels: ([source = '']) => ({ cache: source }),
    value: ({ now }) => ratio(now('usedBytes'), now('maximumBytes')),
  },
  {
    name: 'cache-rejected-connections-count',
    unit: 'count',
    summary: 'Connections that the cache refused in the last five minutes.',
    kind: 'cache',
    labels: ([source = '']) => ({ cache: source }),
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => sum('rejectedConnections'),
  },
  {
    name: 'cache-evicted-per-second-count',
    unit: 'count',
    summary: 'Keys a second that the cache gave up for want of memory in the last five minutes.',
    kind: 'cache',
    labels: ([source = '']) => ({ cache: source }),
    windowMs: 5 * MINUTE_MS,
    value: ({ sum, seconds }) => ratio(sum('evictedKeys'), seconds()),
  },
  {
    name: 'cache-hit-ratio',
    unit: 'ratio',
    summary: 'Share of the look-ups in the cache in the last five minutes that found something.',
    kind: 'cache',
    labels: ([source = '']) => ({ cache: source }),
    windowMs: 5 * MINUTE_MS,
    value: ({ sum }) => ratio(sum('hits'), sum('hits') + sum('misses')),
  },
];

/** Every measurement that is made of the history. */
export const MEASUREMENTS: readonly Measurement[] = given.map((one) => ({
  labels: () => ({}),
  windowMs: 0,
  lookBackMs: 10 * MINUTE_MS,
  ...one,
}));
