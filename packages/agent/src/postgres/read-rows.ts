import type { Socket } from 'node:net';
import type { Client, QueryArrayResult } from 'pg';
import { connect, endSoon } from './connect.ts';
import { mark } from './marker.ts';
import { ownSearchPathSql } from './search-path.ts';
import { guardedReason, secretsReason } from './secrets.ts';
import type { ConnectionTarget } from './target.ts';

/** Limits of a statement that somebody else wrote. */
export interface ReadRowsOptions {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly maximumRows: number;
  /** Bytes that the target may send before it is cut off. */
  readonly maximumBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a statement gave. */
export type ReadRows =
  | {
      readonly kind: 'rows';
      readonly columns: readonly string[];
      /** Values as PostgreSQL writes them. */
      readonly rows: readonly (readonly (string | null)[])[];
      /** Whether there were more. */
      readonly hasMore: boolean;
    }
  /** PostgreSQL's reason. */
  | { readonly kind: 'refused'; readonly reason: string };

const LOCK_TIMEOUT_MS = 200;
const MARKER = 'query';

/**
 * What lets a role do more than a read-only transaction that is rolled back prevents: files and programs of the server,
 * other sessions, replication slots, large objects of others.
 * @source PostgreSQL docs 22.5 "Predefined Roles"
 */
const POWER_SQL = mark(
  MARKER,
  `select case
    when r.rolsuper then 'is a superuser'
    when r.rolreplication then 'may replicate, and so make replication slots'
    when (select bool_or(pg_catalog.pg_has_role(r.oid, g.oid, 'member')) from pg_catalog.pg_roles g where g.rolname in
      ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend'))
      then 'belongs to a role that reaches files, programs or other sessions of the server'
    when pg_catalog.has_function_privilege(r.oid, 'pg_catalog.pg_read_binary_file(text,bigint,bigint,boolean)', 'execute')
      then 'may read files of the server with pg_read_binary_file'
  end as "power"
  from pg_catalog.pg_roles r where r.rolname = current_user`,
);

/** Says what a target's role may do beyond reading; null when it is a mere reader. @throws POSTGRES.* */
export async function readRolePower(
  target: ConnectionTarget,
  options: Pick<ReadRowsOptions, 'connectTimeoutMs' | 'signal'>,
): Promise<string | null> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  try {
    const { rows } = await client.query<{ readonly power: string | null }>(POWER_SQL);
    return rows[0]?.power ?? null;
  } finally {
    await endSoon(client);
  }
}

/**
 * Runs one statement that somebody else wrote and gives its first rows. PostgreSQL holds the limits: a read-only
 * transaction that is rolled back, a cursor, which takes one SELECT, VALUES, WITH or TABLE and nothing else, and a
 * connection of its own, which takes locks and settings with it when it closes.
 * @throws POSTGRES.* when the target cannot be reached
 */
export async function readRows(
  target: ConnectionTarget,
  sql: string,
  options: ReadRowsOptions,
): Promise<ReadRows> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  const guard = limitBytes(client, options.maximumBytes);
  const statement = sql.trim().replace(/;\s*$/, '');
  const declare = mark(MARKER, `declare pgsteward_rows no scroll cursor for ${statement}`);
  try {
    await client.query(openingSql(options.statementTimeoutMs));
    await client.query(ownSearchPathSql(MARKER, { isLocal: true }));
    await client.query(extended(declare));
    const planned = await secretsReason(client);
    if (planned !== null) return { kind: 'refused', reason: planned };
    const fetch = mark(MARKER, `fetch forward ${options.maximumRows + 1} from pgsteward_rows`);
    const { fields, rows } = (await client.query(extended(fetch))) as unknown as QueryArrayResult<
      (string | null)[]
    >;
    const read = await secretsReason(client);
    if (read !== null) return { kind: 'refused', reason: read };
    return {
      kind: 'rows',
      columns: fields.map(({ name }) => name),
      rows: rows.slice(0, options.maximumRows),
      hasMore: rows.length > options.maximumRows,
    };
  } catch (error) {
    if (guard.isExceeded()) {
      return { kind: 'refused', reason: `the answer is larger than ${options.maximumBytes} bytes` };
    }
    return { kind: 'refused', reason: guardedReason(error, declare, statement) };
  } finally {
    if (!guard.isExceeded()) await client.query(mark(MARKER, 'rollback')).catch(() => undefined);
    await endSoon(client);
  }
}

function openingSql(timeoutMs: number): string {
  return mark(
    MARKER,
    `begin transaction isolation level read committed read only; set local statement_timeout = ${Math.round(timeoutMs)}; set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local idle_in_transaction_session_timeout = ${Math.round(timeoutMs)}; set local cursor_tuple_fraction = 1; set local standard_conforming_strings = on`,
  );
}

/** One statement, its values as text: the extended protocol takes no second one behind it. */
function extended(text: string): { text: string; values: unknown[] } {
  const types = { getTypeParser: () => (value: string) => value };
  return { text, values: [], queryMode: 'extended', rowMode: 'array', types } as {
    text: string;
    values: unknown[];
  };
}

/** One value may be a gigabyte, whatever the number of rows: a target that sends more than the limit is cut off. */
function limitBytes(client: Client, maximumBytes: number): { isExceeded(): boolean } {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maximumBytes) stream.destroy();
  });
  return { isExceeded: () => bytes > maximumBytes };
}
