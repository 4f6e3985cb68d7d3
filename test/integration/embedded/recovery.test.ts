import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../../packages/agent/src/postgres/embedded/index.ts';
import { runOnce, temporaryDirectory } from '../../support/index.ts';
import { exists, goneSoon, startAgent } from './agents.ts';

async function start(directory: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({ directory, isDurable: false });
  onTestFinished(() => server.stop());
  return server;
}

it('recovers committed data after kill -9 of the server', async () => {
  const directory = await temporaryDirectory();
  const server = await startEmbedded({ directory, isDurable: true });
  await runOnce(server.connectionUrl(), 'create table kept as select 1 as a');
  process.kill(server.pid, 'SIGKILL');
  expect(await goneSoon(server.pid)).toBe(true);
  await server.stop();
  const second = await start(directory);
  expect(await runOnce(second.connectionUrl(), 'select a from kept')).toEqual([{ a: 1 }]);
});

it('ends busy sessions that outlive a killed server before it starts the next', async () => {
  const directory = await temporaryDirectory();
  const server = await startEmbedded({ directory, isDurable: false });
  const client = new pg.Client({ connectionString: server.connectionUrl() });
  client.on('error', () => undefined);
  await client.connect();
  const [row] = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  const busy = client.query('select count(*) from generate_series(1, 20000000000) as n where n % 7 = 8');
  busy.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.kill(server.pid, 'SIGKILL');
  expect(await goneSoon(server.pid)).toBe(true);
  await server.stop();
  expect(exists(row?.pid ?? 0)).toBe(true);
  await start(directory);
  expect(exists(row?.pid ?? 0)).toBe(false);
});

it('starts although the id in the pid file now belongs to another program', async () => {
  const directory = await temporaryDirectory();
  const server = await startEmbedded({ directory, isDurable: false });
  const file = join(server.dataDirectory, 'postmaster.pid');
  const text = await readFile(file, 'utf8');
  await server.stop();
  await writeFile(file, text.replace(/^\d+/, String(process.pid)));
  const second = await start(directory);
  expect(second.pid).not.toBe(process.pid);
});

it('refuses a directory that this process already uses', async () => {
  const directory = await temporaryDirectory();
  await start(directory);
  await expect(startEmbedded({ directory })).rejects.toMatchObject({
    code: 'EMBEDDED.DIRECTORY_IN_USE',
    message: expect.stringContaining(String(process.pid)) as string,
  });
});

it('lets one of several that start at the same instant win', async () => {
  const directory = await temporaryDirectory();
  await (await startEmbedded({ directory, isDurable: false })).stop();
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => start(directory)));
  const losers = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  expect(losers).toHaveLength(4);
  for (const loser of losers) expect(loser).toMatchObject({ code: 'EMBEDDED.DIRECTORY_IN_USE' });
});

it('refuses a second agent while the first lives, and follows it when it is killed with SIGKILL', async () => {
  const directory = await temporaryDirectory();
  const agent = await startAgent(directory);
  await runOnce(agent.url, 'create table kept as select 7 as a');
  await expect(startEmbedded({ directory })).rejects.toMatchObject({ code: 'EMBEDDED.DIRECTORY_IN_USE' });
  agent.process.kill('SIGKILL');
  await once(agent.process, 'exit');
  expect(exists(agent.serverPid)).toBe(true);
  const server = await start(directory);
  expect(exists(agent.serverPid)).toBe(false);
  expect(await runOnce(server.connectionUrl(), 'select a from kept')).toEqual([{ a: 7 }]);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'stops the server when the agent gets %s',
  async (signal) => {
    const directory = await temporaryDirectory();
    const agent = await startAgent(directory);
    agent.process.kill(signal);
    const [, endedBy] = (await once(agent.process, 'exit')) as [number | null, string | null];
    expect(endedBy).toBe(signal);
    expect(await goneSoon(agent.serverPid)).toBe(true);
    await start(directory);
  },
);

it('neither keeps a finished agent alive nor outlives it', async () => {
  const agent = await startAgent(await temporaryDirectory(), 'leave');
  if (agent.process.exitCode === null) await once(agent.process, 'exit');
  expect(agent.process.exitCode).toBe(0);
  expect(await goneSoon(agent.serverPid)).toBe(true);
});
