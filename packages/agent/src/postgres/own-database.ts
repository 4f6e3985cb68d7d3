import pg, { type ClientBase } from 'pg';
import { clientConfig, connect, endSoon } from './connect.ts';
import type { ConnectionTarget } from './target.ts';

/** A row as node-postgres gives it: numbers as numbers, timestamps as Date, bytea as Buffer. */
export type OwnRow = Readonly<Record<string, unknown>>;

/** One connection to a database of pgsteward's own. */
export interface OwnConnection {
  /**
   * Runs a statement.
   * @throws DatabaseError of node-postgres; an Error without a SQLSTATE when the connection is gone
   */
  run(sql: string, values?: readonly unknown[]): Promise<readonly OwnRow[]>;
  /** Runs work in a transaction that is rolled back when the work throws. */
  transaction<T>(work: (connection: OwnConnection) => Promise<T>): Promise<T>;
}

/** A connection that belongs to one holder until it is released or lost. */
export interface HeldConnection extends OwnConnection {
  /** Fires when the connection broke; what it held on the server, such as advisory locks, is gone with it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** A database that pgsteward may write to because it holds nothing but pgsteward's own data. */
export interface OwnDatabase extends OwnConnection {
  /** Takes a connection out of the pool's reach, for locks that live as long as it does. */
  hold(): Promise<HeldConnection>;
  close(): Promise<void>;
}

/** Limits of a pool. */
export interface OwnDatabaseOptions {
  readonly connectTimeoutMs: number;
  readonly maximumConnections: number;
  /** Limit of each statement, in milliseconds. */
  readonly statementTimeoutMs: number;
}

/** Time beyond the server's own limit after which it counts as lost, in milliseconds. */
const SILENCE_MS = 5_000;

/** Makes the server notice within half a minute that the holder's machine is gone, and let go of its locks. */
const KEEP_ALIVE_SQL = `
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
  set tcp_user_timeout = 30000`;

/**
 * Opens a pool of connections to a database of pgsteward's own. Broken connections are replaced by new ones.
 * @throws a POSTGRES.* error that names what is wrong
 */
export async function openOwnDatabase(
  target: ConnectionTarget,
  options: OwnDatabaseOptions,
): Promise<OwnDatabase> {
  // The first connection tells what is wrong in words, and which of the allowed TLS modes the server takes.
  const first = await connect(target, options.connectTimeoutMs);
  const { ssl } = first as unknown as { readonly ssl: boolean | object };
  await first.end();
  const config = {
    ...clientConfig({ ...target.config, ssl }, options.connectTimeoutMs),
    statement_timeout: options.statementTimeoutMs,
    // A server that is silent for longer is lost; without a limit of ours TCP would wait for a quarter of an hour.
    query_timeout: options.statementTimeoutMs + SILENCE_MS,
  };
  const pool = new pg.Pool({ ...config, max: options.maximumConnections, allowExitOnIdle: true });
  pool.on('error', () => undefined);
  return {
    run: async (sql, values) => (await pool.query(sql, values === undefined ? undefined : [...values])).rows,
    async transaction(work) {
      const client = await pool.connect();
      try {
        const result = await inTransaction(client, work);
        client.release();
        return result;
      } catch (error) {
        client.release(!(error instanceof pg.DatabaseError));
        throw error;
      }
    },
    hold: async () => hold(new pg.Client(config)),
    close: () => pool.end(),
  };
}

async function hold(client: pg.Client): Promise<HeldConnection> {
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    await client.query(KEEP_ALIVE_SQL);
  } catch (error) {
    await endSoon(client);
    throw error;
  }
  return {
    run: (sql, values) => runOn(client, sql, values),
    transaction: (work) => inTransaction(client, work),
    lost: lost.signal,
    release: () => endSoon(client),
  };
}

async function runOn(
  client: ClientBase,
  sql: string,
  values: readonly unknown[] | undefined,
): Promise<readonly OwnRow[]> {
  return (await client.query(sql, values === undefined ? undefined : [...values])).rows as readonly OwnRow[];
}

async function inTransaction<T>(
  client: ClientBase,
  work: (connection: OwnConnection) => Promise<T>,
): Promise<T> {
  await client.query('begin');
  const inside: OwnConnection = {
    run: (sql, values) => runOn(client, sql, values),
    transaction: (nested) => nested(inside),
  };
  try {
    const result = await work(inside);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
