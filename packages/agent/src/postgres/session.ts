import { type Client, DatabaseError } from 'pg';
import { failure, type PgstewardError } from '../kernel/index.ts';
import { sendCancelRequest } from './cancel.ts';
import { readCapabilities } from './capabilities.ts';
import { connect, endSoon } from './connect.ts';
import { POSTGRES_ERRORS } from './errors.ts';
import { mark } from './marker.ts';
import type { ConnectionTarget } from './target.ts';
import type { ReadStatement, Session } from './types.ts';

/** How a session behaves. */
export interface SessionOptions {
  /** Limit for opening the connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest wait for a lock, in milliseconds: a monitor must not queue behind DDL. */
  readonly lockTimeoutMs: number;
  /** Cancels the running statement on the server and closes the session. */
  readonly signal?: AbortSignal | undefined;
}

/** Oldest server whose statistics views pgsteward reads. */
const MINIMUM_VERSION_NUMBER = 140_000;

/**
 * Opens a read-only session and reads what the target is.
 * @throws POSTGRES.* when the target cannot be reached, refuses, or is older than PostgreSQL 14
 */
export async function openSession(target: ConnectionTarget, options: SessionOptions): Promise<Session> {
  throwIfCancelled(options.signal);
  return sessionOn(await connect(target, options.connectTimeoutMs, options.signal), target, options);
}

/**
 * Makes a reading session of a connection.
 * @throws POSTGRES.* when the target refuses, or is older than PostgreSQL 14
 */
export async function sessionOn(
  client: Client,
  target: ConnectionTarget,
  options: SessionOptions,
): Promise<Session> {
  const session = createReader(client, target, options);
  try {
    const capabilities = await readCapabilities(session.read, client, () =>
      connect(target, options.connectTimeoutMs, options.signal),
    );
    if (capabilities.versionNumber < MINIMUM_VERSION_NUMBER) {
      const { version } = capabilities;
      throw failure(POSTGRES_ERRORS.SERVER_TOO_OLD, { version, address: target.address });
    }
    return { capabilities, ...session };
  } catch (error) {
    await session.close();
    throw error;
  }
}

type Reader = Omit<Session, 'capabilities'>;

function createReader(client: Client, target: ConnectionTarget, options: SessionOptions): Reader {
  let statements = 0;
  let databaseMs = 0;
  let fastestMs = Number.POSITIVE_INFINITY;
  const onAbort = (): void => {
    void sendCancelRequest(client, target).then(() => endSoon(client));
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  return {
    async read(statement) {
      throwIfCancelled(options.signal);
      statements += 1;
      const startMs = performance.now();
      try {
        return await runInTransaction(client, statement, options.lockTimeoutMs);
      } catch (error) {
        throwIfCancelled(options.signal);
        throw connectionLossOf(error, target) ?? error;
      } finally {
        const tookMs = performance.now() - startMs;
        databaseMs += tookMs;
        fastestMs = Math.min(fastestMs, tookMs);
      }
    },
    selfLoad: () => ({ statements, databaseMs, fastestMs: statements === 0 ? 0 : fastestMs }),
    async close() {
      options.signal?.removeEventListener('abort', onAbort);
      await endSoon(client);
    },
  };
}

/** Sends begin, statement and commit in one go: three statements, one round trip. */
async function runInTransaction(
  client: Client,
  statement: ReadStatement,
  lockTimeoutMs: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const begin = client.query(openingSql(statement.timeoutMs, lockTimeoutMs));
  const query = {
    text: mark(statement.id, statement.sql),
    values: [...(statement.values ?? [])],
    query_timeout: statement.timeoutMs + NETWORK_GRACE_MS,
    // Takes one statement only: no `commit; ...` leads out of the read-only transaction.
    queryMode: 'extended',
  };
  const rows = client.query<Record<string, unknown>>(query);
  const commit = client.query(mark('session', 'commit'));
  const [opened, result] = await Promise.allSettled([begin, rows, commit]);
  if (opened.status === 'rejected') throw opened.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value.rows;
}

/** Time beyond the server's own limit after which a silent server counts as lost, in milliseconds. */
const NETWORK_GRACE_MS = 5_000;

/**
 * Sets what a role's or database's own defaults could spoil: how text is read and dates and numbers are written.
 * jit is off because compiling a catalogue query costs more than running it.
 */
function openingSql(timeoutMs: number, lockTimeoutMs: number): string {
  return [
    'begin transaction isolation level read committed read only',
    `set local statement_timeout = ${Math.round(timeoutMs)}`,
    `set local lock_timeout = ${Math.round(lockTimeoutMs)}`,
    'set local jit = off',
    'set local search_path = pg_catalog, pg_temp',
    'set local standard_conforming_strings = on',
    "set local datestyle = 'ISO, MDY'",
    'set local intervalstyle = postgres',
    'set local bytea_output = hex',
    'set local extra_float_digits = 1',
    'set local quote_all_identifiers = off',
  ]
    .map((sql) => mark('session', sql))
    .join('; ');
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw failure(POSTGRES_ERRORS.CANCELLED);
}

/** What an error says of the connection; null when the connection holds. */
export function connectionLossOf(error: unknown, target: ConnectionTarget): PgstewardError | null {
  if (error instanceof DatabaseError && !/^(57P0|08)/.test(error.code ?? '')) return null;
  const reason = error instanceof Error ? error.message : String(error);
  return failure(POSTGRES_ERRORS.CONNECTION_LOST, { address: target.address, reason }, error);
}
