import type { PoolerFacts } from '../../observe/index.ts';
import type { MetricDefinition, MetricSample, MetricUnit, PoolerMetrics } from './types.ts';

type Row<K extends 'pools' | 'stats' | 'databases'> = PoolerFacts[K][number];

const MS_PER_SECOND = 1_000;

/** Samples of the rows of all poolers, with the name of each; the admin console's own rows included, as peers do. */
function rowsOf<K extends 'pools' | 'stats' | 'databases'>(
  part: K,
  labels: (row: Row<K>) => Readonly<Record<string, string>>,
  value: (row: Row<K>) => number,
): MetricDefinition['samples'] {
  return ({ poolers }) =>
    poolers.flatMap(({ name, facts }) =>
      ((facts?.[part] ?? []) as readonly Row<K>[]).map((row) => ({
        labels: { pooler: name, ...labels(row) },
        value: value(row),
      })),
    );
}

function each(value: (pooler: PoolerMetrics) => MetricSample): MetricDefinition['samples'] {
  return ({ poolers }) =>
    poolers.map((pooler) => {
      const sample = value(pooler);
      return { ...sample, labels: { pooler: pooler.name, ...sample.labels } };
    });
}

function pool(name: string, help: string, value: (row: Row<'pools'>) => number): MetricDefinition {
  return {
    name: `pgbouncer_pools_${name}`,
    help,
    unit: name.endsWith('_seconds') ? 's' : '{connection}',
    kind: 'gauge',
    samples: rowsOf('pools', ({ database, user }) => ({ database, user }), value),
  };
}

function total(
  name: string,
  help: string,
  unit: MetricUnit,
  value: (row: Row<'stats'>) => number,
): MetricDefinition {
  return {
    name: `pgbouncer_stats_totals_${name}_total`,
    help,
    unit,
    kind: 'counter',
    samples: rowsOf('stats', ({ database }) => ({ database }), value),
  };
}

function database(name: string, help: string, value: (row: Row<'databases'>) => number): MetricDefinition {
  return {
    name: `pgbouncer_databases_${name}`,
    help,
    unit: name === 'paused' || name === 'disabled' ? '' : '{connection}',
    kind: 'gauge',
    samples: rowsOf(
      'databases',
      (row) => ({
        name: row.name,
        host: row.host ?? '',
        port: String(row.port),
        database: row.database ?? '',
        force_user: row.forceUser ?? '',
        pool_mode: row.mode ?? '',
      }),
      value,
    ),
  };
}

/** Metrics of poolers, each series with the label `pooler`. @source prometheus-community/pgbouncer_exporter collector.go */
export const poolerMetrics: readonly MetricDefinition[] = [
  {
    name: 'pgbouncer_up',
    help: 'Whether the pooler answers (1) or not (0).',
    unit: '',
    kind: 'gauge',
    samples: each(({ facts }) => ({ labels: {}, value: facts === null ? 0 : 1 })),
  },
  {
    name: 'pgbouncer_version_info',
    help: 'Version of the pooler.',
    unit: '',
    kind: 'gauge',
    samples: ({ poolers }) =>
      poolers.flatMap(({ name, facts }) =>
        facts === null ? [] : [{ labels: { pooler: name, version: facts.version }, value: 1 }],
      ),
  },
  pool('client_active_connections', 'Clients that are served or idle.', (row) => row.clientsActive),
  pool('client_waiting_connections', 'Clients that wait for a server.', (row) => row.clientsWaiting),
  pool(
    'client_active_cancel_connections',
    'Clients whose request to cancel is with the server.',
    (row) => row.clientsActiveCancel,
  ),
  pool(
    'client_waiting_cancel_connections',
    'Clients whose request to cancel waits.',
    (row) => row.clientsWaitingCancel,
  ),
  pool('server_active_connections', 'Servers that work for a client.', (row) => row.serversActive),
  pool(
    'server_active_cancel_connections',
    'Servers that pass on a request to cancel.',
    (row) => row.serversActiveCancel,
  ),
  pool(
    'server_being_canceled_connections',
    'Servers that wait for requests to cancel to end.',
    (row) => row.serversBeingCanceled,
  ),
  pool('server_idle_connections', 'Servers that are free.', (row) => row.serversIdle),
  pool('server_used_connections', 'Free servers that are checked before use.', (row) => row.serversUsed),
  pool('server_testing_connections', 'Servers that are reset or checked.', (row) => row.serversTested),
  pool('server_login_connections', 'Servers that are logging in.', (row) => row.serversLogin),
  pool(
    'client_maxwait_seconds',
    'How long the client at the head of the queue has waited.',
    (row) => row.longestWaitMs / MS_PER_SECOND,
  ),
  total('queries_pooled', 'Queries of clients.', '{query}', (row) => row.queries),
  total('queries_duration_seconds', 'Time of servers in queries.', 's', (row) => row.queryMs / MS_PER_SECOND),
  total('received_bytes', 'Traffic from clients.', 'By', (row) => row.bytesReceived),
  total('sent_bytes', 'Traffic to clients.', 'By', (row) => row.bytesSent),
  total(
    'client_wait_seconds',
    'Time that clients waited for a server.',
    's',
    (row) => row.waitMs / MS_PER_SECOND,
  ),
  total('sql_transactions_pooled', 'Transactions of clients.', '{transaction}', (row) => row.transactions),
  total(
    'server_in_transaction_seconds',
    'Time of servers in transactions.',
    's',
    (row) => row.transactionMs / MS_PER_SECOND,
  ),
  database('pool_size', 'Servers that each pool may hold.', (row) => row.poolSize),
  database('reserve_pool', 'Servers on top when clients wait for long.', (row) => row.reservePool),
  database('max_connections', 'Servers that all pools may hold.', (row) => row.maxConnections),
  database('current_connections', 'Servers that all pools hold.', (row) => row.servers),
  database('paused', 'Whether the database is paused.', (row) => (row.isPaused ? 1 : 0)),
  database('disabled', 'Whether the database is disabled.', (row) => (row.isDisabled ? 1 : 0)),
];
