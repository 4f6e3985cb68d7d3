import pg from 'pg';
import { quoteIdentifier } from '../../kernel/index.ts';
import type { EmbeddedServer } from './types.ts';

/**
 * Creates a database on an embedded server, with extensions, unless it is there.
 * @returns whether it was created
 */
export async function ensureDatabase(
  server: EmbeddedServer,
  name: string,
  extensions: readonly string[] = [],
): Promise<boolean> {
  const isNew = await within(server.connectionUrl(), async (client) => {
    const found = await client.query('select from pg_catalog.pg_database where datname = $1', [name]);
    if ((found.rowCount ?? 0) > 0) return false;
    await client.query(`create database ${quoteIdentifier(name)}`);
    return true;
  });
  if (!isNew) return false;
  await within(server.connectionUrl(name), async (client) => {
    for (const extension of extensions) {
      await client.query(`create extension if not exists ${quoteIdentifier(extension)}`);
    }
  });
  return true;
}

async function within<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
