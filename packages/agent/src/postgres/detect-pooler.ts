import type { Client } from 'pg';
import { mark } from './marker.ts';
import type { PoolerMode } from './types.ts';

/**
 * Tells whether a pooler stands between the session and the server, and in which mode.
 *
 * A pooler hands out a cancel key of its own, so the process id announced in the handshake is not the
 * backend's. In transaction mode an idle client holds no server connection, so a second client is given the
 * first one's backend; in session mode it cannot be.
 * @param backendPid what pg_backend_pid() said on `client`
 * @param openSecond opens another connection to the same target
 */
export async function detectPooler(
  client: Client,
  backendPid: number,
  openSecond: () => Promise<Client>,
): Promise<PoolerMode> {
  const { processID } = client as unknown as { readonly processID: number | null };
  if (processID === backendPid) return 'none';
  let second: Client;
  try {
    second = await openSecond();
  } catch {
    // The pool may be full; not knowing the mode is safe, since every read runs in its own transaction.
    return 'unknown';
  }
  try {
    const mine = await backendOf(client, ANSWER_TIMEOUT_MS);
    const theirs = await backendOf(second, POOL_TIMEOUT_MS).catch(() => null);
    if (theirs === null) return 'unknown';
    const again = await backendOf(client, ANSWER_TIMEOUT_MS);
    return mine === theirs || mine !== again ? 'transaction' : 'session';
  } finally {
    await second.end().catch(() => undefined);
  }
}

/** Longest wait for a server connection of a pool that may be full, in milliseconds. */
const POOL_TIMEOUT_MS = 1_000;

/** Longest wait for the session that has just answered, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

async function backendOf(client: Client, timeoutMs: number): Promise<number> {
  const query = {
    text: mark('postgres/pooler', 'select pg_catalog.pg_backend_pid() as pid'),
    query_timeout: timeoutMs,
  };
  const result = await client.query<{ pid: number }>(query);
  return result.rows[0]?.pid ?? 0;
}
