import { join } from 'node:path';
import { SUPERUSER } from './cluster.ts';

/** The server's settings live beside the data, so that root never writes into a directory of another account. */
export function configuration(
  dataDirectory: string,
  isDurable: boolean,
  settings: Readonly<Record<string, string>>,
): string {
  const lost = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const all = { ...(isDurable ? {} : lost), ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quoteSetting(value)}`);
  return [`include = ${quoteSetting(join(dataDirectory, 'postgresql.conf'))}`, ...lines, ''].join('\n');
}

/** @source PostgreSQL docs 20.1.2: quotes are doubled, or written with a backslash, which is doubled too */
function quoteSetting(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Gives the superuser's URL of a database on a server of this machine. */
export function serverUrl(port: number, password: string, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
