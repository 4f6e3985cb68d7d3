/**
 * What the store keeps: one row for each kind of series with its columns. Columns are only ever appended: a block
 * that was written before a column existed reads as zero there.
 */
export interface SeriesColumn {
  /** Name in code and JSON, ending in its unit. */
  readonly name: string;
  /** `sum`: a counter's growth; `last`: a state, of which the latest counts; `maximum`: a peak. */
  readonly fold: 'sum' | 'last' | 'maximum';
  /** Stored whole numbers for each unit: 1000 keeps microseconds of a duration in milliseconds. */
  readonly scale: number;
}

/** One kind of series. */
export interface SeriesKind {
  readonly name: string;
  /** What one series of the kind is, and what its key is made of. */
  readonly summary: string;
  /** Names of the parts of a key, in order. */
  readonly key: readonly string[];
  readonly columns: readonly SeriesColumn[];
  /** Also rolled up by the minute: read more often than that, and drawn as a stack. */
  readonly hasMinutes: boolean;
}

/** Name of a kind of series. */
export type KindName =
  | 'statement'
  | 'activity'
  | 'sampling'
  | 'sessions'
  | 'database'
  | 'wal'
  | 'checkpoint'
  | 'archiver'
  | 'replica'
  | 'slot'
  | 'table'
  | 'tableState'
  | 'index'
  | 'indexState'
  | 'sequence'
  | 'server'
  | 'probe'
  | 'objective'
  | 'pool'
  | 'pooledDatabase'
  | 'pooler'
  | 'cache'
  | 'cacheProbe'
  | 'matview'
  | 'self';

const sum = (name: string, scale = 1): SeriesColumn => ({ name, fold: 'sum', scale });
const last = (name: string, scale = 1): SeriesColumn => ({ name, fold: 'last', scale });
const maximum = (name: string, scale = 1): SeriesColumn => ({ name, fold: 'maximum', scale });

const MICROSECONDS = 1_000;

/** Every kind of series. */
export const SERIES_KINDS: Readonly<Record<KindName, Omit<SeriesKind, 'name'>>> = {
  statement: kind(
    'Execution counters of one statement; its key is the fingerprint.',
    ['fingerprint'],
    [
      sum('calls'),
      sum('totalMs', MICROSECONDS),
      sum('squaresMs2', 100),
      sum('rows'),
      sum('sharedBlocksHit'),
      sum('sharedBlocksRead'),
      sum('sharedBlocksDirtied'),
      sum('tempBlocksRead'),
      sum('tempBlocksWritten'),
      sum('blockReadMs', MICROSECONDS),
      sum('blockWriteMs', MICROSECONDS),
      sum('walBytes'),
      sum('planMs', MICROSECONDS),
    ],
  ),
  activity: {
    ...kind(
      'How often a sample of the sessions saw one that was active in this way; by the length of the interval it is the average number of active sessions.',
      ['waitType', 'waitEvent', 'fingerprint', 'user', 'application', 'database'],
      [sum('samples')],
    ),
    hasMinutes: true,
  },
  sampling: {
    ...kind('How often the sessions were sampled.', [], [sum('samples'), maximum('activeSessions')]),
    hasMinutes: true,
  },
  sessions: kind(
    'Sessions by state, and the oldest of what they hold.',
    [],
    [
      last('connections'),
      last('active'),
      last('idle'),
      last('idleInTransaction'),
      last('waitingForLock'),
      last('maxConnections'),
      maximum('oldestTransactionMs'),
      maximum('oldestIdleInTransactionMs'),
      maximum('oldestStatementMs'),
      maximum('longestLockWaitMs'),
      maximum('oldestXminAge'),
    ],
  ),
  database: kind(
    'Counters of the connected database.',
    [],
    [
      sum('commits'),
      sum('rollbacks'),
      sum('blocksHit'),
      sum('blocksRead'),
      sum('rowsReturned'),
      sum('rowsFetched'),
      sum('rowsInserted'),
      sum('rowsUpdated'),
      sum('rowsDeleted'),
      sum('tempFiles'),
      sum('tempBytes'),
      sum('deadlocks'),
      sum('conflicts'),
      sum('checksumFailures'),
      sum('blockReadMs', MICROSECONDS),
      sum('blockWriteMs', MICROSECONDS),
      sum('sessions'),
      sum('sessionMs'),
      sum('activeMs'),
      sum('idleInTransactionMs'),
      sum('sessionsAbandoned'),
      sum('sessionsFatal'),
      sum('sessionsKilled'),
    ],
  ),
  wal: kind(
    'Growth of the write-ahead log.',
    [],
    [sum('records'), sum('fullPageImages'), sum('bytes'), sum('buffersFull')],
  ),
  checkpoint: kind(
    'Checkpoints and who writes dirty buffers.',
    [],
    [
      sum('timed'),
      sum('requested'),
      sum('writeMs'),
      sum('syncMs'),
      sum('checkpointBuffers'),
      sum('cleanerBuffers'),
      sum('sessionBuffers'),
    ],
  ),
  archiver: kind('WAL segments archived.', [], [sum('archived'), sum('failed')]),
  replica: kind(
    'How far one replica is behind.',
    ['applicationName', 'clientAddress'],
    [last('replayLagBytes'), last('replayLagMs')],
  ),
  slot: kind('WAL kept for one replication slot.', ['name'], [last('retainedBytes'), last('isActive')]),
  table: kind(
    'Access counters of one table.',
    ['schema', 'name'],
    [
      sum('sequentialScans'),
      sum('sequentialRows'),
      sum('indexScans'),
      sum('indexRows'),
      sum('rowsInserted'),
      sum('rowsUpdated'),
      sum('rowsHotUpdated'),
      sum('rowsDeleted'),
      sum('heapBlocksRead'),
      sum('heapBlocksHit'),
      sum('indexBlocksRead'),
      sum('indexBlocksHit'),
      sum('toastBlocksRead'),
      sum('vacuums'),
      sum('autovacuums'),
      sum('analyzes'),
    ],
  ),
  tableState: kind(
    'What one table holds.',
    ['schema', 'name'],
    [
      last('liveRows'),
      last('deadRows'),
      last('rowsModifiedSinceAnalyze'),
      last('totalBytes'),
      last('indexesBytes'),
      last('toastBytes'),
      last('frozenAge'),
    ],
  ),
  index: kind(
    'Access counters of one index.',
    ['schema', 'name', 'table'],
    [sum('scans'), sum('rowsRead'), sum('rowsFetched'), sum('blocksRead'), sum('blocksHit')],
  ),
  indexState: kind('What one index holds.', ['schema', 'name', 'table'], [last('sizeBytes')]),
  sequence: kind(
    'How far one sequence has come, and how far it can.',
    ['schema', 'name'],
    [last('used'), last('available')],
  ),
  server: kind(
    'Slow facts of the whole server.',
    [],
    [last('databaseBytes'), last('transactionAge'), last('multixactAge')],
  ),
  probe: kind(
    'Whether the target answered a trivial statement.',
    [],
    [sum('answered'), sum('failed'), sum('answerMs', MICROSECONDS)],
  ),
  objective: kind(
    'Events of one objective: all of them, and those that missed it.',
    ['objective'],
    [sum('total'), sum('bad')],
  ),
  pool: kind(
    'Clients and servers of one pool of a pooler.',
    ['pooler', 'database', 'user'],
    [
      last('clientsActive'),
      last('clientsWaiting'),
      last('serversActive'),
      last('serversIdle'),
      maximum('longestWaitMs'),
      last('poolSize'),
    ],
  ),
  pooledDatabase: kind(
    'What went through a pooler to one of its databases: poolers count by database, not by pool.',
    ['pooler', 'database'],
    [
      last('servers'),
      last('isPaused'),
      sum('transactions'),
      sum('queries'),
      sum('waitMs', MICROSECONDS),
      sum('transactionMs', MICROSECONDS),
      sum('queryMs', MICROSECONDS),
      sum('bytesReceived'),
      sum('bytesSent'),
    ],
  ),
  pooler: kind(
    'Whether a pooler answered on its admin console.',
    ['pooler'],
    [sum('answered'), sum('failed'), sum('answerMs', MICROSECONDS)],
  ),
  cache: kind(
    'Look-ups in one cache before the database, and what it holds; its key names who counted them.',
    ['source'],
    [
      sum('hits'),
      sum('misses'),
      sum('evictedKeys'),
      sum('expiredKeys'),
      sum('rejectedConnections'),
      last('usedBytes'),
      last('maximumBytes'),
      last('clients'),
      last('replicas'),
    ],
  ),
  cacheProbe: kind('Whether a cache answered.', ['source'], [sum('answered'), sum('failed')]),
  matview: kind(
    'The transaction that last refreshed one materialized view, as far as pg_class tells.',
    ['schema', 'name'],
    [last('refreshXid')],
  ),
  self: kind(
    'What pgsteward itself costs, by collector.',
    ['collector'],
    [
      sum('runs'),
      sum('failures'),
      sum('statements'),
      sum('databaseMs', MICROSECONDS),
      maximum('lateMs'),
      last('rssBytes'),
      sum('cpuMs', MICROSECONDS),
    ],
  ),
};

/** Gives a kind of series by its name. */
export function seriesKind(name: KindName): SeriesKind {
  return { name, ...SERIES_KINDS[name] };
}

function kind(
  summary: string,
  key: readonly string[],
  columns: readonly SeriesColumn[],
): Omit<SeriesKind, 'name'> {
  return { summary, key, columns, hasMinutes: false };
}
