import type { Client } from 'pg';
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
    const [mine, theirs] = [await backendOf(client), await backendOf(second)];
    const again = await backendOf(client);
    if (mine === theirs || mine !== again) return 'transaction';
    return 'session';
  } finally {
    await second.end().catch(() => undefined);
  }
}

async function backendOf(client: Client): Promise<number> {
  const result = await client.query<{ pid: number }>(
    '/* pgsteward:postgres/pooler */ select pg_catalog.pg_backend_pid() as pid',
  );
  return result.rows[0]?.pid ?? 0;
}
