import type { Client } from 'pg';
import { failure } from '../kernel/index.ts';
import { sendCancelRequest } from './cancel.ts';
import { connect } from './connect.ts';
import { POSTGRES_ERRORS } from './errors.ts';
import { mark } from './marker.ts';
import { connectionLossOf, type SessionOptions, sessionOn } from './session.ts';
import type { ConnectionTarget } from './target.ts';
import type { Session } from './types.ts';

/** A session that changes things on a target, with the rights of the acting role. For `act/` alone. */
export interface ActingSession extends Session {
  /**
   * Tries to become the only one that acts on this target: of all agents, whatever their stores. Held until the session
   * ends; the server lets it go by itself when the agent died.
   */
  claim(): Promise<boolean>;
  /**
   * Runs one statement outside a transaction: a concurrent build, a vacuum, a setting of the server. Waits for locks as
   * long as it must.
   * @param options with `signal`, which cancels it on the server
   * @throws DatabaseError of node-postgres; POSTGRES.CONNECTION_LOST
   */
  run(sql: string, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Runs statements in one transaction, all or none.
   * @param options with `lockTimeoutMs`, the longest wait for a lock, in milliseconds: others would queue behind it
   * @throws DatabaseError of node-postgres; POSTGRES.CONNECTION_LOST
   */
  runTogether(
    statements: readonly string[],
    options: { readonly signal: AbortSignal; readonly lockTimeoutMs: number },
  ): Promise<void>;
}

const MARKER = 'act';
/** One lock for all of pgsteward on a database: "pgsteward" in ASCII does not fit, so its first four letters. */
const CLAIM_SQL = 'select pg_catalog.pg_try_advisory_lock(1886856052, 1952805748) as "isTaken"';

/**
 * What an owner's defaults could spoil; and the server ends a statement soon after its agent died, so that nothing runs
 * on unseen.
 * @source PostgreSQL docs 19.3.1 `client_connection_check_interval`
 */
const OPENING_SQL = [
  'set default_transaction_read_only = off',
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
  'set search_path = pg_catalog, pg_temp',
  'set standard_conforming_strings = on',
  "set client_connection_check_interval = '2s'",
  'set synchronous_commit = on',
].map((sql) => mark(MARKER, sql));

/**
 * Opens a session that may write.
 * @throws POSTGRES.* when the target cannot be reached, refuses, or is older than PostgreSQL 14
 */
export async function openActingSession(
  target: ConnectionTarget,
  options: SessionOptions,
): Promise<ActingSession> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  const session = await sessionOn(client, target, options);
  try {
    for (const sql of OPENING_SQL) await client.query(sql);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    ...session,
    async claim() {
      const { rows } = await client.query<{ readonly isTaken: boolean }>(mark(MARKER, CLAIM_SQL));
      return rows[0]?.isTaken === true;
    },
    run: (sql, { signal }) => cancellable(client, target, signal, () => send(client, target, sql)),
    async runTogether(statements, { signal, lockTimeoutMs }) {
      await cancellable(client, target, signal, async () => {
        await send(client, target, 'begin');
        try {
          await send(client, target, `set local lock_timeout = ${Math.round(lockTimeoutMs)}`);
          for (const sql of statements) await send(client, target, sql);
          await send(client, target, 'commit');
        } catch (error) {
          await client.query(mark(MARKER, 'rollback')).catch(() => undefined);
          throw error;
        }
      });
    },
  };
}

/** One statement: the extended protocol takes no second one behind it. */
async function send(client: Client, target: ConnectionTarget, sql: string): Promise<void> {
  try {
    await client.query({ text: mark(MARKER, sql), values: [], queryMode: 'extended' } as {
      text: string;
      values: unknown[];
    });
  } catch (error) {
    throw connectionLossOf(error, target) ?? error;
  }
}

async function cancellable<T>(
  client: Client,
  target: ConnectionTarget,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw failure(POSTGRES_ERRORS.CANCELLED);
  const onAbort = (): void => void sendCancelRequest(client, target);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
