import type { PoolerAdvice } from '../../advise/index.ts';
import { escapeControls, groupBy } from '../../kernel/index.ts';
import { describeWorkload } from './describe.ts';
import type { TuneReport } from './types.ts';

/** Where PgBouncer finds the server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Renders a `pgbouncer.ini` with the pools that the workload asks for; null where none is advised. How clients prove who
 * they are is left to its owner, and said so.
 * @source PgBouncer docs, "pgbouncer.ini"
 */
export function renderPgbouncerIni(report: TuneReport, address: ServerAddress): string | null {
  const { pooler, target } = report;
  if (pooler === null) return null;
  const lines = [
    `; pgsteward tune: ${escapeControls(target.name)}, ${report.startedAt}`,
    `; ${pooler.basis === 'measured' ? describeWorkload(report) : 'nothing was measured'}: ${escapeControls(pooler.why)}`,
    '',
    '[databases]',
    ...databasesOf(pooler, address),
    `* = host=${address.host} port=${address.port}`,
    '',
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    'listen_port = 6432',
    '; yours to complete: who may log in, and how',
    'auth_type = scram-sha-256',
    'auth_file = /etc/pgbouncer/userlist.txt',
    '; sessions must not rely on what outlives a transaction: SET, advisory locks, LISTEN, temporary tables',
    'pool_mode = transaction',
    `default_pool_size = ${pooler.defaultPoolSize}`,
    `max_client_conn = ${pooler.maximumClients}`,
    '; prepared statements of the protocol work in transaction mode from PgBouncer 1.21 on',
    'max_prepared_statements = 200',
    '; a burst waits here instead of at the server; who waits longer is told so',
    'query_wait_timeout = 30',
    'server_idle_timeout = 300',
    'ignore_startup_parameters = extra_float_digits',
  ];
  return `${lines.join('\n')}\n`;
}

/** A size holds for each user of a database; all of them together may not exceed what was granted. */
function databasesOf(pooler: PoolerAdvice, { host, port }: ServerAddress): readonly string[] {
  return [...groupBy(pooler.pools, ({ database }) => database)].flatMap(([database, pools]) => {
    const size = Math.max(...pools.map((pool) => pool.size));
    const all = pools.reduce((sum, pool) => sum + pool.size, 0);
    return [
      ...pools.map(
        ({ user, busyMost }) =>
          `; ${escapeControls(user)}: ${busyMost.toFixed(1)} sessions at work at the busiest`,
      ),
      `${iniName(database)} = host=${host} port=${port} dbname=${iniValue(database)} pool_size=${size} max_db_connections=${all}`,
    ];
  });
}

/** A name that is more than letters, digits, `_`, `.` and `-` stands in double quotes, doubled within. */
function iniName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${escapeControls(name).replaceAll('"', '""')}"`;
}

function iniValue(value: string): string {
  return /^[\w.-]+$/.test(value) ? value : `'${escapeControls(value).replaceAll("'", "''")}'`;
}
