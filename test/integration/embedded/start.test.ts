import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import {
  type EmbeddedServer,
  type StartOptions,
  startEmbedded,
} from '../../../packages/agent/src/postgres/embedded/index.ts';
import { availableMajors, runOnce, startTestServer, temporaryDirectory } from '../../support/index.ts';
import { exists } from './agents.ts';

const running: EmbeddedServer[] = [];

async function start(options: Partial<StartOptions> = {}): Promise<EmbeddedServer> {
  const directory = options.directory ?? (await temporaryDirectory());
  const server = await startEmbedded({ isDurable: false, ...options, directory });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

it('keeps the data across a stop and a start, on real fsync, within seconds', async () => {
  const directory = join(await temporaryDirectory(), 'state', 'history');
  const begin = performance.now();
  const first = await start({ directory, isDurable: true });
  const firstMs = performance.now() - begin;
  await runOnce(first.connectionUrl(), 'create table kept as select 42 as answer');
  await first.stop();
  expect(exists(first.pid)).toBe(false);
  const again = performance.now();
  const second = await start({ directory, isDurable: true });
  const againMs = performance.now() - again;
  expect(await runOnce(second.connectionUrl(), 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(await runOnce(second.connectionUrl(), 'show fsync')).toEqual([{ fsync: 'on' }]);
  expect(second.version).toMatch(/^18\.\d+$/);
  process.stderr.write(`first start ${firstMs.toFixed(0)} ms, next start ${againMs.toFixed(0)} ms\n`);
  expect(firstMs).toBeLessThan(15_000);
  expect(againMs).toBeLessThan(5_000);
});

it('applies settings, quotes in them included, anew at each start', async () => {
  const settings = { shared_preload_libraries: 'pg_stat_statements', cluster_name: `it's a \\ "test"` };
  const server = await start({ settings });
  const [row] = await runOnce(
    server.connectionUrl(),
    `select current_setting('cluster_name') as name, current_setting('shared_preload_libraries') as loaded`,
  );
  expect(row).toEqual({ name: settings.cluster_name, loaded: 'pg_stat_statements' });
  await server.stop();
  const plain = await start({ directory: join(server.dataDirectory, '..') });
  expect(await runOnce(plain.connectionUrl(), 'show cluster_name')).toEqual([{ cluster_name: '' }]);
});

it('runs several servers at once, each on a port of its own', async () => {
  const servers = await Promise.all([start(), start(), start()]);
  expect(new Set(servers.map((server) => server.port)).size).toBe(3);
  for (const server of servers) {
    expect(await runOnce(server.connectionUrl(), `select current_setting('port')::int as port`)).toEqual([
      { port: server.port },
    ]);
  }
});

it('lets nobody in without the password, nor from another address, nor through a socket file', async () => {
  const server = await start();
  const url = new URL(server.connectionUrl());
  url.password = 'wrong';
  await expect(runOnce(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    database: 'postgres',
  });
  await expect(client.connect()).rejects.toThrow();
  const [row] = await runOnce(
    server.connectionUrl(),
    `select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets`,
  );
  expect(row).toEqual({ listen: '127.0.0.1', sockets: '' });
  const outside = Object.values(networkInterfaces()).flat();
  const other = outside.find((address) => address?.family === 'IPv4' && !address.internal);
  if (other !== undefined) {
    url.password = new URL(server.connectionUrl()).password;
    url.hostname = other.address;
    await expect(runOnce(url.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }
});

it('keeps the password and the data private', async () => {
  const server = await start();
  const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
  expect(await mode(join(server.dataDirectory, '..', 'password'))).toBe(0o600);
  expect(await mode(server.logFile)).toBe(0o600);
  expect(await mode(server.dataDirectory)).toBe(0o700);
});

it.runIf(process.getuid?.() === 0)('drops root: server and data belong to an ordinary account', async () => {
  const server = await start();
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const ids = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1).map(Number) ?? [];
  expect(ids).toHaveLength(3);
  expect(ids).not.toContain(0);
  expect(/^Groups:(.*)$/m.exec(status)?.[1]?.trim()).toBe('');
  expect((await stat(server.dataDirectory)).uid).toBe(ids[0]);
});

it('hides the secrets of the agent from the server', async () => {
  vi.stubEnv('PGPASSWORD', 'a secret of the agent');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const server = await start();
  expect(readFileSync(`/proc/${server.pid}/environ`, 'utf8')).not.toContain('secret');
});

it('refuses a taken port when the port was asked for', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  onTestFinished(() => {
    other.close();
  });
  await expect(start({ port })).rejects.toMatchObject({ code: 'EMBEDDED.PORT_IN_USE' });
});

it('shows the end of the log when a setting is wrong, and starts once it is right', async () => {
  const directory = await temporaryDirectory();
  const settings = { shared_buffers: 'plenty' };
  await expect(start({ directory, settings })).rejects.toMatchObject({
    code: 'EMBEDDED.START_FAILED',
    why: expect.stringContaining('invalid value for parameter "shared_buffers": "plenty"') as string,
  });
  const server = await start({ directory });
  expect(server.port).toBeGreaterThan(0);
});

it('leaves nothing running when the start is cancelled', async () => {
  const directory = await temporaryDirectory();
  const signal = AbortSignal.timeout(300);
  await expect(start({ directory, signal })).rejects.toMatchObject({
    code: 'EMBEDDED.CANCELLED',
    exitCode: 3,
  });
  const server = await start({ directory });
  expect(server.port).toBeGreaterThan(0);
});

it('stops once, however often it is asked, with sessions still open', async () => {
  const server = await start();
  const client = new pg.Client({ connectionString: server.connectionUrl() });
  client.on('error', () => undefined);
  await client.connect();
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  expect(exists(server.pid)).toBe(false);
});

it.each(availableMajors())('runs PostgreSQL %i', async (major) => {
  const server = await startTestServer({ major });
  onTestFinished(() => server.close());
  expect(server.version.startsWith(`${major}.`)).toBe(true);
  const [row] = await runOnce(
    server.connectionUrl(),
    `select pg_catalog.pg_encoding_to_char(encoding) as encoding, 'É' ilike 'é' as letters,
            array(select x from unnest(array['b', 'A', 'a', 'B']) as x order by x) as sorted
       from pg_catalog.pg_database where datname = 'postgres'`,
  );
  expect(row).toEqual({ encoding: 'UTF8', letters: true, sorted: ['A', 'B', 'a', 'b'] });
});
