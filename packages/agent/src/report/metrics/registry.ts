import { countersOf, database, one, sessionsBy, statement, table } from './define-metrics.ts';
import { poolerMetrics } from './poolers.ts';
import { redisMetrics } from './redis.ts';
import type { MetricDefinition } from './types.ts';

const MS_PER_SECOND = 1_000;

const checkpoints = countersOf('checkpoints');
const wal = countersOf('wal');
const archiver = countersOf('archiver');

const COUNTED_ROWS = { unit: '{row}', kind: 'counter' } as const;
const ROWS = { unit: '{row}', kind: 'gauge' } as const;

/** Every metric, in the order in which they are shown. */
export const metricDefinitions: readonly MetricDefinition[] = [
  {
    name: 'pg_up',
    help: 'Whether the target answers (1) or not (0).',
    unit: '',
    kind: 'gauge',
    samples: ({ server }) => one(server === null ? 0 : 1),
  },
  {
    name: 'pg_postmaster_start_time_seconds',
    help: 'When the server started, in seconds since 1970.',
    unit: 's',
    kind: 'gauge',
    samples: ({ server }) => (server === null ? [] : one(server.serverStartedAt.getTime() / MS_PER_SECOND)),
  },
  {
    name: 'pg_replication_is_replica',
    help: 'Whether the server is a standby.',
    unit: '',
    kind: 'gauge',
    samples: ({ server }) => (server === null ? [] : one(server.isInRecovery ? 1 : 0)),
  },
  {
    name: 'pg_database_size_bytes',
    help: 'Size of the database.',
    unit: 'By',
    kind: 'gauge',
    samples: ({ database: row, databaseBytes }) =>
      row === null || databaseBytes === null ? [] : [{ labels: { datname: row.name }, value: databaseBytes }],
  },
  {
    name: 'pg_stat_database_numbackends',
    help: 'Sessions that are connected.',
    unit: '{session}',
    kind: 'gauge',
    samples: ({ database: row, server, sessions }) =>
      row === null || server === null || sessions === null
        ? []
        : [
            {
              labels: { datid: String(server.databaseOid), datname: row.name },
              value: sessions.filter(({ isHere }) => isHere).length,
            },
          ],
  },
  database('xact_commit', 'Transactions committed.', '{transaction}', (row) => row.commits),
  database('xact_rollback', 'Transactions rolled back.', '{transaction}', (row) => row.rollbacks),
  database('blks_read', 'Blocks read from outside shared buffers.', '{block}', (row) => row.blocksRead),
  database('blks_hit', 'Blocks found in shared buffers.', '{block}', (row) => row.blocksHit),
  database('tup_returned', 'Rows read by scans.', '{row}', (row) => row.rowsReturned),
  database('tup_fetched', 'Rows fetched by statements.', '{row}', (row) => row.rowsFetched),
  database('tup_inserted', 'Rows inserted.', '{row}', (row) => row.rowsInserted),
  database('tup_updated', 'Rows updated.', '{row}', (row) => row.rowsUpdated),
  database('tup_deleted', 'Rows deleted.', '{row}', (row) => row.rowsDeleted),
  database('conflicts', 'Statements cancelled by recovery.', '{statement}', (row) => row.conflicts),
  database('temp_files', 'Temporary files written.', '{file}', (row) => row.tempFiles),
  database('temp_bytes', 'Bytes written to temporary files.', 'By', (row) => row.tempBytes),
  database('deadlocks', 'Deadlocks found.', '{deadlock}', (row) => row.deadlocks),
  database('checksum_failures', 'Pages whose checksum was wrong.', '{page}', (row) => row.checksumFailures),
  database(
    'blk_read_time',
    'Time spent reading blocks, in thousandths of a second.',
    'ms',
    (row) => row.blockReadMs,
  ),
  database(
    'blk_write_time',
    'Time spent writing blocks, in thousandths of a second.',
    'ms',
    (row) => row.blockWriteMs,
  ),
  database('sessions', 'Sessions opened.', '{session}', (row) => row.sessions),
  database('session_time', 'Time of all sessions, in thousandths of a second.', 'ms', (row) => row.sessionMs),
  database('active_time', 'Time in statements, in thousandths of a second.', 'ms', (row) => row.activeMs),
  database(
    'idle_in_transaction_time',
    'Time idle in transactions, in thousandths of a second.',
    'ms',
    (row) => row.idleInTransactionMs,
  ),
  {
    name: 'pg_stat_activity_count',
    help: 'Sessions by database and state.',
    unit: '{session}',
    kind: 'gauge',
    samples: (from) => sessionsBy(from, (rows) => rows.length),
  },
  {
    name: 'pg_stat_activity_max_tx_duration',
    help: 'Age of the oldest transaction by database and state, in seconds.',
    unit: 's',
    kind: 'gauge',
    samples: (from) =>
      sessionsBy(from, (rows) => Math.max(...rows.map((row) => row.transactionMs ?? 0)) / MS_PER_SECOND),
  },
  checkpoints(
    'pg_stat_bgwriter_checkpoints_timed_total',
    'Checkpoints begun in time.',
    '{checkpoint}',
    (row) => row.timed,
  ),
  checkpoints(
    'pg_stat_bgwriter_checkpoints_req_total',
    'Checkpoints begun on request.',
    '{checkpoint}',
    (row) => row.requested,
  ),
  checkpoints(
    'pg_stat_bgwriter_checkpoint_write_time_total',
    'Time spent writing in checkpoints, in thousandths of a second.',
    'ms',
    (row) => row.writeMs,
  ),
  checkpoints(
    'pg_stat_bgwriter_checkpoint_sync_time_total',
    'Time spent syncing in checkpoints, in thousandths of a second.',
    'ms',
    (row) => row.syncMs,
  ),
  checkpoints(
    'pg_stat_bgwriter_buffers_checkpoint_total',
    'Buffers written by checkpoints.',
    '{buffer}',
    (row) => row.checkpointBuffers,
  ),
  checkpoints(
    'pg_stat_bgwriter_buffers_clean_total',
    'Buffers written by the background writer.',
    '{buffer}',
    (row) => row.cleanerBuffers,
  ),
  checkpoints(
    'pg_stat_bgwriter_maxwritten_clean_total',
    'Times that the background writer stopped early.',
    '{stop}',
    (row) => row.cleanerStops,
  ),
  checkpoints(
    'pg_stat_bgwriter_buffers_backend_total',
    'Buffers written by sessions.',
    '{buffer}',
    (row) => row.sessionBuffers,
  ),
  wal('pgsteward_wal_written_bytes_total', 'WAL written.', 'By', (row) => row.bytes),
  wal('pgsteward_wal_records_total', 'WAL records written.', '{record}', (row) => row.records),
  archiver('pg_stat_archiver_archived_count', 'WAL segments archived.', '{segment}', (row) => row.archived),
  archiver(
    'pg_stat_archiver_failed_count',
    'WAL segments that could not be archived.',
    '{segment}',
    (row) => row.failed,
  ),
  {
    name: 'pg_stat_archiver_last_archive_age',
    help: 'Time since a segment was archived, in seconds.',
    unit: 's',
    kind: 'gauge',
    samples: ({ archiver: row }) =>
      row === null || row.sinceArchivedMs === null ? [] : one(row.sinceArchivedMs / MS_PER_SECOND),
  },
  {
    name: 'pg_stat_replication_pg_wal_lsn_diff',
    help: 'WAL that a replica has not replayed yet, in bytes.',
    unit: 'By',
    kind: 'gauge',
    samples: ({ replicas }) =>
      (replicas ?? []).flatMap((row) =>
        row.replayLagBytes === null
          ? []
          : [
              {
                labels: {
                  application_name: row.applicationName,
                  client_addr: row.clientAddress ?? '',
                  state: row.state ?? '',
                  pid: String(row.pid),
                },
                value: row.replayLagBytes,
              },
            ],
      ),
  },
  {
    name: 'pg_replication_slot_slot_is_active',
    help: 'Whether somebody reads from the slot.',
    unit: '',
    kind: 'gauge',
    samples: ({ slots }) =>
      (slots ?? []).map((row) => ({
        labels: { slot_name: row.name, slot_type: row.type },
        value: row.isActive ? 1 : 0,
      })),
  },
  {
    name: 'pgsteward_replication_slot_retained_bytes',
    help: 'WAL kept for the slot.',
    unit: 'By',
    kind: 'gauge',
    samples: ({ slots }) =>
      (slots ?? []).flatMap((row) =>
        row.retainedBytes === null ? [] : [{ labels: { slot_name: row.name }, value: row.retainedBytes }],
      ),
  },
  statement('calls', 'Calls of the statement.', '{call}', (row) => row.calls),
  statement('seconds', 'Execution time of the statement.', 's', (row) => row.totalMs / MS_PER_SECOND),
  statement('rows', 'Rows returned or changed by the statement.', '{row}', (row) => row.rows),
  statement(
    'block_read_seconds',
    'Time the statement spent reading blocks.',
    's',
    (row) => row.blockReadMs / MS_PER_SECOND,
  ),
  statement(
    'block_write_seconds',
    'Time the statement spent writing blocks.',
    's',
    (row) => row.blockWriteMs / MS_PER_SECOND,
  ),
  table(
    'seq_scan',
    'Sequential scans of the table.',
    { unit: '{scan}', kind: 'counter' },
    (row) => row.sequentialScans,
  ),
  table(
    'seq_tup_read',
    'Rows read by sequential scans of the table.',
    COUNTED_ROWS,
    (row) => row.sequentialRows,
  ),
  table('n_tup_ins', 'Rows inserted.', COUNTED_ROWS, (row) => row.rowsInserted),
  table('n_tup_upd', 'Rows updated.', COUNTED_ROWS, (row) => row.rowsUpdated),
  table(
    'n_tup_hot_upd',
    'Rows updated without a new index entry.',
    COUNTED_ROWS,
    (row) => row.rowsHotUpdated,
  ),
  table('n_tup_del', 'Rows deleted.', COUNTED_ROWS, (row) => row.rowsDeleted),
  table('n_live_tup', 'Live rows, estimated.', ROWS, (row) => row.liveRows),
  table('n_dead_tup', 'Dead rows, estimated.', ROWS, (row) => row.deadRows),
  table(
    'n_mod_since_analyze',
    'Rows modified since the last analyze.',
    ROWS,
    (row) => row.modifiedSinceAnalyze,
  ),
  table('vacuum_count', 'Vacuums by hand.', { unit: '{vacuum}', kind: 'counter' }, (row) => row.vacuums),
  table(
    'autovacuum_count',
    'Vacuums by autovacuum.',
    { unit: '{vacuum}', kind: 'counter' },
    (row) => row.autovacuums,
  ),
  ...poolerMetrics,
  ...redisMetrics,
  {
    name: 'pgsteward_collector_runs_total',
    help: 'Runs of a collector.',
    unit: '{run}',
    kind: 'counter',
    samples: ({ collectors, agentStartedAt }) =>
      collectors.map(({ id, runs }) => ({ labels: { collector: id }, value: runs, since: agentStartedAt })),
  },
  {
    name: 'pgsteward_collector_failures_total',
    help: 'Failed runs of a collector.',
    unit: '{run}',
    kind: 'counter',
    samples: ({ collectors, agentStartedAt }) =>
      collectors.map(({ id, failures }) => ({
        labels: { collector: id },
        value: failures,
        since: agentStartedAt,
      })),
  },
  {
    name: 'pgsteward_collector_duration_seconds',
    help: 'How long the last run of a collector took.',
    unit: 's',
    kind: 'gauge',
    samples: ({ collectors }) =>
      collectors.map(({ id, tookMs }) => ({ labels: { collector: id }, value: tookMs / MS_PER_SECOND })),
  },
  {
    name: 'pgsteward_collector_success_timestamp_seconds',
    help: 'When a collector last succeeded.',
    unit: 's',
    kind: 'gauge',
    samples: ({ collectors }) =>
      collectors.flatMap(({ id, succeededAt }) =>
        succeededAt === null
          ? []
          : [{ labels: { collector: id }, value: succeededAt.getTime() / MS_PER_SECOND }],
      ),
  },
  {
    name: 'pgsteward_findings',
    help: 'Open findings by severity.',
    unit: '{finding}',
    kind: 'gauge',
    samples: ({ findings }) =>
      Object.entries(findings ?? {}).map(([severity, value]) => ({ labels: { severity }, value })),
  },
  {
    name: 'pgsteward_objective_ratio',
    help: 'Where the target stands against an objective, over the last hour.',
    unit: '1',
    kind: 'gauge',
    samples: ({ objectives }) =>
      objectives.flatMap(({ id, actual }) =>
        actual === null ? [] : [{ labels: { objective: id.replace('objective/', '') }, value: actual }],
      ),
  },
  {
    name: 'pgsteward_objective_target_ratio',
    help: 'The level that an objective should hold.',
    unit: '1',
    kind: 'gauge',
    samples: ({ objectives }) =>
      objectives.map(({ id, target }) => ({
        labels: { objective: id.replace('objective/', '') },
        value: target,
      })),
  },
  {
    name: 'pgsteward_section_unavailable',
    help: 'Parts of the target that could not be read.',
    unit: '',
    kind: 'gauge',
    samples: ({ unavailable }) => unavailable.map((section) => ({ labels: { section }, value: 1 })),
  },
];
