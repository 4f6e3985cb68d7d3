import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoteIdentifier } from '../../packages/agent/src/kernel/index.ts';
import { clientFor } from './database.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Debian's place first; elsewhere set PGSTEWARD_TEST_PGBOUNCER. */
const { PGSTEWARD_TEST_PGBOUNCER: PROGRAM = '/usr/sbin/pgbouncer' } = process.env;

/** A running PgBouncer of one test file. */
export interface Pooler {
  readonly port: number;
  /** Gives a URL of the server, rewritten to go through the pooler. */
  through(url: string): string;
  /** URL of its admin console, for the superuser; the settings `admin_users` or `stats_users` must let that one in. */
  readonly consoleUrl: string;
  stop(): Promise<void>;
  /** Starts it again after `stop`, at the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What a pooler is like. */
export interface PoolerOptions {
  readonly mode: 'transaction' | 'session';
  /** Server connections for each user and database. */
  readonly poolSize?: number;
  /** Lines of the section `[pgbouncer]` on top of the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Only these databases; all by default. */
  readonly databases?: readonly string[];
  /** Users beside the superuser, with their passwords. */
  readonly users?: Readonly<Record<string, string>>;
}

/** Whether this machine has PgBouncer: `apt-get install pgbouncer`. */
export function hasPgBouncer(): boolean {
  return existsSync(PROGRAM);
}

/**
 * Starts PgBouncer in front of the server that a superuser's URL names. It admits that superuser alone, with
 * the same password. It refuses to run as root, so it runs as `nobody` there.
 */
export async function startPgBouncer(serverUrl: string, options: PoolerOptions): Promise<Pooler> {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const directory = await temporaryDirectory();
  const port = await freePort();
  const users = join(directory, 'users.txt');
  const names = options.databases ?? ['*'];
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: options.mode,
    default_pool_size: String(options.poolSize ?? 5),
    max_client_conn: '500',
    ignore_startup_parameters: 'extra_float_digits',
    ...options.settings,
  };
  const file = [
    '[databases]',
    ...names.map((name) => `${name} = host=${hostname} port=${serverPort}`),
    '[pgbouncer]',
    ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    '',
  ].join('\n');
  const account = process.getuid?.() === 0 ? await nobody() : null;
  const configuration = join(directory, 'pgbouncer.ini');
  const known = Object.entries({ [username]: decodeURIComponent(password), ...options.users });
  const lines = known.map(([user, secret]) => `${quoteIdentifier(user)} ${quoteIdentifier(secret)}\n`);
  await writeFile(users, lines.join(''), { mode: 0o600 });
  await writeFile(configuration, file, { mode: 0o600 });
  if (account !== null) {
    for (const path of [users, configuration]) await chown(path, account.uid, account.gid);
  }
  let child: ChildProcess | null = null;
  const through = (url: string): string => {
    const changed = new URL(url);
    changed.port = String(port);
    return changed.href;
  };
  const pooler: Pooler = {
    port,
    through,
    consoleUrl: through(serverUrl.replace(/[^/]*$/, 'pgbouncer')),
    async start() {
      child = spawn(PROGRAM, ['-q', configuration], { stdio: 'ignore', ...account });
      if (!(await answers(port))) throw new Error(`pgbouncer did not start:\n${file}`);
    },
    async stop() {
      if (child !== null) await stop(child);
    },
    async close() {
      await pooler.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await pooler.start().catch(async (error: unknown) => {
    await pooler.close();
    throw error;
  });
  return pooler;
}

async function nobody(): Promise<{ readonly uid: number; readonly gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((row) => row.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** Gives a TCP port on 127.0.0.1 where nobody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** PgBouncer's own database `pgbouncer` answers as soon as it listens, if only with a refusal. */
async function answers(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = clientFor(`postgres://nobody:x@127.0.0.1:${port}/pgbouncer`);
    client.on('error', () => undefined);
    const outcome = await client.connect().then(
      () => 'answered',
      (error: unknown) => ((error as { code?: string }).code === 'ECONNREFUSED' ? 'silent' : 'answered'),
    );
    await client.end().catch(() => undefined);
    if (outcome === 'answered') return true;
    await sleep(50);
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
