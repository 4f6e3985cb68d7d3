import type { Pool, PoolClient } from 'pg';
import type { LoadContext } from '../types.ts';
import type { Sent } from './parameters.ts';
import type { TextResult } from './result.ts';
import { asText, runAsText } from './run-text.ts';
import type { LoadSession } from './session.ts';

/** One run of a statement. */
export interface Run {
  readonly sql: string;
  readonly parameters: readonly Sent[];
  readonly session: LoadSession;
  /** A read that may be kept is held to be one by the database. */
  readonly isReadOnly: boolean;
}

/**
 * Runs a statement in a transaction of its own, under exactly the session that its key describes. On a standby, says what
 * was replayed before. A primary's position is not said: a commit that is in the log may not be visible yet.
 */
export async function runInSession(pool: Pool, run: Run, context?: LoadContext): Promise<TextResult> {
  return withClient(pool, context?.signal, async (client) => {
    const replayed = await begin(client, run.session, run.isReadOnly);
    if (replayed !== null) context?.sawLsn(replayed);
    const result = await runAsText(client, run.sql, run.parameters);
    await client.query('commit');
    return result;
  });
}

/** Begins a transaction and sets its session up, in one message. @returns what a standby has replayed; null on a primary */
export async function begin(
  client: PoolClient,
  { setUp }: LoadSession,
  isReadOnly: boolean,
): Promise<string | null> {
  const answers: unknown = await client.query({
    text: `begin${isReadOnly ? ' read only' : ''}; select pg_catalog.pg_last_wal_replay_lsn() as replayed,
      pg_catalog.pg_is_in_recovery() as is_standby, ${setUp}`,
    rowMode: 'array',
    types: asText,
  });
  const [, state] = answers as readonly { readonly rows: readonly (readonly (string | null)[])[] }[];
  const [replayed = null, isStandby] = state?.rows[0] ?? [];
  return isStandby === 't' ? replayed : null;
}

/** Lends a connection; one that may not be clean again is not given back. */
export async function withClient<T>(
  pool: Pool,
  signal: AbortSignal | undefined,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isLent = true;
  const release = (isBroken: boolean): void => {
    if (!isLent) return;
    isLent = false;
    signal?.removeEventListener('abort', abort);
    client.release(isBroken);
    client.off('error', ignore);
  };
  // Nobody waits any more; the server ends the statement when it finds the connection gone.
  const abort = (): void => release(true);
  client.on('error', ignore);
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort, { once: true });
    const value = await work(client);
    release(false);
    return value;
  } catch (error) {
    if (isLent) await rollBack(client).then(release);
    throw error;
  }
}

/** A connection that is lost tells its query too; without a listener it would end the process. */
function ignore(): void {}

/** @returns whether the connection is broken */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return false;
  } catch {
    return true;
  }
}
