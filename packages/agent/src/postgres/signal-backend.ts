import { connect } from './connect.ts';
import { mark } from './marker.ts';
import type { ConnectionTarget } from './target.ts';

/** What is asked of a session: to give up its statement, or to end. */
export type BackendSignal = 'cancel' | 'terminate';

/** A session as it was seen: its process id alone may belong to another by now. */
export interface SeenBackend {
  readonly pid: number;
  /** How long it had been connected when it was seen, in milliseconds by the server's clock. */
  readonly connectedMs: number;
}

const FUNCTIONS = { cancel: 'pg_cancel_backend', terminate: 'pg_terminate_backend' } as const;
const TIMEOUT_MS = 5_000;

/**
 * Cancels the statement of a session, or ends the session, by a session of its own. One that took over the process id
 * since is left alone.
 * @returns whether the signal was sent; false when the session is gone
 * @throws DatabaseError 42501 when the role lacks `pg_signal_backend`; POSTGRES.* when the target cannot be reached
 * @source PostgreSQL docs 9.28.2 "Server Signaling Functions"
 */
export async function signalBackend(
  target: ConnectionTarget,
  signal: BackendSignal,
  { pid, connectedMs, connectTimeoutMs }: SeenBackend & { readonly connectTimeoutMs: number },
): Promise<boolean> {
  const client = await connect(target, connectTimeoutMs);
  try {
    await client.query(mark('signal', `set statement_timeout = ${TIMEOUT_MS}`));
    const { rows } = await client.query<{ readonly sent: boolean }>(
      mark(
        'signal',
        `select pg_catalog.${FUNCTIONS[signal]}(a.pid) as sent from pg_catalog.pg_stat_activity a
        where a.pid = $1 and extract(epoch from clock_timestamp() - a.backend_start) * 1000 >= $2`,
      ),
      [pid, connectedMs],
    );
    return rows[0]?.sent === true;
  } finally {
    await client.end();
  }
}
