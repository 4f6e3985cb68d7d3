import { Client } from 'pg';

/** Settings that a session starts with, by name. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Opens a session, lends it to `work` and closes it whatever happens. */
export async function withSession<T>(
  url: string,
  settings: SessionSettings,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openSession(url, settings);
  try {
    return await work(client);
  } finally {
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
