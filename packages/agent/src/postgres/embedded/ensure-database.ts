import pg from 'pg';
import { quoteIdentifier } from '../../kernel/index.ts';
import type { EmbeddedServer } from './types.ts';

/**
 * Creates a database on an embedded server unless it is there.
 * @returns whether it was created
 */
export async function ensureDatabase(server: EmbeddedServer, name: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: server.connectionUrl() });
  await client.connect();
  try {
    const found = await client.query('select from pg_catalog.pg_database where datname = $1', [name]);
    if ((found.rowCount ?? 0) > 0) return false;
    await client.query(`create database ${quoteIdentifier(name)}`);
    return true;
  } finally {
    await client.end();
  }
}
