import { Client } from 'pg';

/** Settings that a session starts with, by name. */
export type SessionSettings = Readonly<Record<string, string>>;

/**
 * Opens a session, lends it to `work` and closes it whatever happens.
 * @param signal when aborted, the running statement is cancelled on the server and the reason is thrown
 */
export async function withSession<T>(
  url: string,
  settings: SessionSettings,
  work: (client: Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const client = await openSession(url, settings);
  const stopWatching = await cancelOnAbort(url, [client], signal);
  try {
    return await work(client);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    stopWatching();
    await client.end().catch(() => undefined);
  }
}

/** Opens a session named `market-research`, in UTC, with the schema `public` alone in its path. */
export async function openSession(url: string, settings: SessionSettings = {}): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'market-research' });
  // Without a listener a lost connection would end the process; the pending query reports it.
  client.on('error', () => undefined);
  await client.connect();
  const all = Object.entries({ timezone: 'UTC', search_path: 'public', ...settings });
  for (const [name, value] of all) await client.query('select set_config($1, $2, false)', [name, value]);
  return client;
}

/** Server process of a session. */
export async function backendPid(client: Client): Promise<number> {
  const own = await client.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
  return own.rows[0]?.pid ?? 0;
}

/**
 * Cancels what the sessions run as soon as the signal is aborted.
 * @returns stops watching the signal
 */
export async function cancelOnAbort(
  url: string,
  clients: readonly Client[],
  signal: AbortSignal | undefined,
): Promise<() => void> {
  if (signal === undefined) return () => undefined;
  const pids = await Promise.all(clients.map(backendPid));
  const onAbort = (): void => {
    const sql = 'select pg_cancel_backend(pid) from unnest($1::integer[]) as pid';
    // When the server is gone there is nothing left to cancel.
    withSession(url, {}, (client) => client.query(sql, [pids])).catch(() => undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}
