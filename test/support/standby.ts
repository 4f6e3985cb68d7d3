import { execFile } from 'node:child_process';
import { chown, copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clientFor } from './database.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/** What a standby is like. */
export interface StandbyOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Physical slot to make on the primary and to use. */
  readonly slot?: string;
}

/**
 * Starts a streaming standby of a private server. The npm packages hold no pg_basebackup, so the data is copied
 * between the start and the stop of an online backup.
 */
export async function startStandby(primary: TestServer, options: StandbyOptions = {}): Promise<TestServer> {
  const directory = await temporaryDirectory();
  const data = join(directory, 'data');
  const label = await copyOnline(primary, data, options.slot);
  await copyFile(join(primary.directory, 'password'), join(directory, 'password'));
  await writeOwned(data, 'backup_label', label);
  await writeOwned(data, 'standby.signal', '');
  const { hostname, port, username, password } = new URL(primary.connectionUrl());
  const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`;
  const slot = options.slot === undefined ? {} : { primary_slot_name: options.slot };
  const settings = { primary_conninfo: source, hot_standby: 'on', ...slot, ...options.settings };
  return startTestServer({ major: primary.major, directory, settings });
}

async function copyOnline(primary: TestServer, data: string, slot: string | undefined): Promise<string> {
  const [begin, end] =
    primary.major >= 15
      ? ["pg_backup_start('standby', true)", 'pg_backup_stop(false)']
      : ["pg_start_backup('standby', true, false)", 'pg_stop_backup(false, false)'];
  const client = clientFor(primary.connectionUrl());
  await client.connect();
  try {
    if (slot !== undefined)
      await client.query('select pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query(`select ${begin}`);
    await promisify(execFile)('cp', ['-Rp', primary.dataDirectory, data]);
    const { rows } = await client.query<{ readonly labelfile: string }>(`select labelfile from ${end}`);
    await rm(join(data, 'postmaster.pid'), { force: true });
    await emptyDirectory(join(data, 'pg_replslot'));
    return rows[0]?.labelfile ?? '';
  } finally {
    await client.end();
  }
}

/** A backup leaves the primary's replication slots out. */
async function emptyDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
}

/** Writes a file into a data directory for the account that the server runs under. */
export async function writeOwned(data: string, name: string, text: string): Promise<void> {
  const file = join(data, name);
  await writeFile(file, text, { mode: 0o600 });
  const { uid, gid } = await stat(data);
  if (process.getuid?.() === 0) await chown(file, uid, gid);
}
