import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOnce } from './database.ts';
import { writeOwned } from './standby.ts';
import type { TestServer } from './test-server.ts';

/**
 * Certificate of the tests, for `localhost` and 127.0.0.1, signed by itself: it is its own root. Made for the
 * tests alone with `openssl req -x509`; its key opens nothing.
 */
export const CERTIFICATE_FILE: string = join(import.meta.dirname, 'tls', 'server.crt');

/** How a private server takes TLS. */
export interface TlsOptions {
  /** Whether connections without TLS are refused. */
  readonly isRequired?: boolean;
}

/** Switches TLS on for a running private server. */
export async function enableTls(server: TestServer, options: TlsOptions = {}): Promise<void> {
  for (const name of ['server.crt', 'server.key']) {
    const text = await readFile(join(import.meta.dirname, 'tls', name), 'utf8');
    await writeOwned(server.dataDirectory, name, text);
  }
  const url = server.connectionUrl();
  await runOnce(url, `alter system set ssl = 'on'`);
  await runOnce(url, 'select pg_reload_conf()');
  for (let attempt = 0; attempt < 500 && (await setting(url, 'ssl')) !== 'on'; attempt += 1) await sleep(10);
  if (options.isRequired !== true) return;
  const rules = 'hostssl all all 127.0.0.1/32 scram-sha-256\n';
  await writeOwned(server.dataDirectory, 'pg_hba.conf', rules);
  await runOnce(url, 'select pg_reload_conf()');
  await sleep(200);
}

async function setting(url: string, name: string): Promise<string | undefined> {
  const [row] = await runOnce<{ readonly value: string }>(url, 'select current_setting($1) as value', [name]);
  return row?.value;
}
