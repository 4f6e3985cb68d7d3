import { execFile, spawn } from 'node:child_process';
import { appendFile, chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BIN = '/usr/lib/postgresql/15/bin';
const RUN_MS = 120_000;
const run = promisify(execFile);

/** A PostgreSQL 15 of Debian with hypopg, whose data files this process may write. */
export interface CloneServer {
  readonly port: number;
  /** libpq connection string without a database. */
  readonly dsn: string;
  close(): Promise<void>;
}

/** Starts a server with PostgreSQL's default planner settings, as `nobody` when this process is root. */
export async function startCloneServer(): Promise<CloneServer> {
  const directory = await mkdtemp(join(tmpdir(), 'pgsteward-clone-'));
  const isRoot = process.getuid?.() === 0;
  const account = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  await chmod(directory, 0o711);
  if (isRoot) await chown(directory, 65_534, 65_534);
  const data = join(directory, 'data');
  const port = await freePort();
  const options = { ...account, timeout: RUN_MS, cwd: '/' };
  await run(
    join(BIN, 'initdb'),
    ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '-A', 'trust'],
    options,
  );
  const settings = [
    'autovacuum = off',
    'fsync = off',
    "listen_addresses = '127.0.0.1'",
    `port = ${port}`,
    `unix_socket_directories = '${directory}'`,
  ];
  await appendFile(join(data, 'postgresql.conf'), `${settings.join('\n')}\n`);
  const child = spawn(join(BIN, 'postgres'), ['-D', data], { ...account, cwd: '/', stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const dsn = `host=127.0.0.1 port=${port} user=postgres`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await run('psql', ['-X', '-q', '-d', `${dsn} dbname=postgres`, '-c', 'select 1'], { timeout: 5_000 });
      return { port, dsn, close };
    } catch (error) {
      if (attempt < 100) await new Promise((resolve) => setTimeout(resolve, 100));
      else {
        await close();
        throw error;
      }
    }
  }
}

/** Makes a data-free copy of a database from its statistics: `stat_clone.py import`. */
export async function importClone(
  server: CloneServer,
  tool: string,
  clone: { readonly name: string; readonly stats: string; readonly schemas: readonly string[] },
): Promise<string> {
  const words = [
    tool,
    'import',
    '-d',
    server.dsn,
    '--db',
    clone.name,
    '-s',
    clone.stats,
    '--schema',
    ...clone.schemas,
  ];
  await run('python3', words, { timeout: RUN_MS });
  return `postgres://postgres@127.0.0.1:${server.port}/${clone.name}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
