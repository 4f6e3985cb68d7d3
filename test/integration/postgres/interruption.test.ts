import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PgstewardError, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openSession, parseTarget, type Session } from '../../../packages/agent/src/postgres/index.ts';
import { enableTls, runOnce, startTestServer, type TestServer } from '../../support/index.ts';
import { hasPgBouncer, type Pooler, startPgBouncer } from '../../support/pgbouncer.ts';
import { openTestSession } from '../../support/session.ts';

let server: TestServer;
let pooler: Pooler;

beforeAll(async () => {
  server = await startTestServer();
  await enableTls(server);
  pooler = await startPgBouncer(server.connectionUrl(), { mode: 'transaction' });
});

afterAll(async () => {
  await pooler.close();
  await server.close();
});

function open(url: string, signal?: AbortSignal): Promise<Session> {
  return openSession(unwrap(parseTarget(url, {})), { connectTimeoutMs: 5_000, lockTimeoutMs: 200, signal });
}

function longRead(session: Session): Promise<unknown> {
  return session.read({ id: 'test/long-read', sql: 'select pg_sleep(30)', timeoutMs: 60_000 });
}

/** Statements of the long read that the server is running. */
async function running(): Promise<number> {
  const rows = await runOnce<{ readonly n: number }>(
    server.connectionUrl(),
    `select count(*)::int as n from pg_stat_activity
     where state = 'active' and query like '%/* pgsteward:test/long-read */%' and pid <> pg_backend_pid()`,
  );
  return rows[0]?.n ?? -1;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200 && !(await condition()); attempt += 1) await sleep(20);
  expect(await condition()).toBe(true);
}

/** Settles a promise: the code of its error, and how long it took. */
async function codeOf(promise: Promise<unknown>): Promise<{ readonly code: string; readonly ms: number }> {
  const startMs = performance.now();
  const code = await promise.then(
    () => 'fulfilled',
    (error: unknown) => (error instanceof PgstewardError ? error.code : `not ours: ${String(error)}`),
  );
  return { code, ms: performance.now() - startMs };
}

it('knows that PgBouncer is here', () => {
  expect(hasPgBouncer()).toBe(true);
});

it.each([
  ['in the clear', (): string => `${server.connectionUrl()}?sslmode=disable`],
  ['over TLS', (): string => `${server.connectionUrl()}?sslmode=require`],
  ['behind PgBouncer', (): string => pooler.through(server.connectionUrl())],
])('an interrupt %s stops the statement on the server and closes the session', async (_, url) => {
  const interrupt = new AbortController();
  const session = await open(url(), interrupt.signal);
  const outcome = codeOf(longRead(session));
  await until(async () => (await running()) === 1);
  const startMs = performance.now();
  interrupt.abort();
  expect((await outcome).code).toBe('POSTGRES.CANCELLED');
  expect(performance.now() - startMs).toBeLessThan(1_000);
  await until(async () => (await running()) === 0);
  expect((await codeOf(longRead(session))).code).toBe('POSTGRES.CANCELLED');
  await session.close();
});

it('an interrupt before or while the session opens is no connection error', async () => {
  expect((await codeOf(open(server.connectionUrl(), AbortSignal.abort()))).code).toBe('POSTGRES.CANCELLED');
  const silent = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 100);
  const outcome = await codeOf(open(`postgres://u:p@127.0.0.1:${port}/d`, interrupt.signal));
  expect(outcome.code).toBe('POSTGRES.CANCELLED');
  expect(outcome.ms).toBeLessThan(1_000);
  await new Promise((resolve) => silent.close(resolve));
});

it('an interrupt of a server that no longer answers ends all the same', async () => {
  const frozen = await startTestServer();
  try {
    const interrupt = new AbortController();
    const session = await open(frozen.connectionUrl(), interrupt.signal);
    const outcome = codeOf(longRead(session));
    const pid = session.capabilities.backendPid;
    await sleep(200);
    process.kill(pid, 'SIGSTOP');
    process.kill(frozen.pid, 'SIGSTOP');
    interrupt.abort();
    const { code, ms } = await outcome;
    process.kill(frozen.pid, 'SIGCONT');
    process.kill(pid, 'SIGCONT');
    expect(code).toBe('POSTGRES.CANCELLED');
    expect(ms).toBeLessThan(4_500);
  } finally {
    await frozen.close();
  }
});

it('a server that falls silent in the middle counts as lost', async () => {
  const frozen = await startTestServer();
  try {
    const session = await openTestSession(frozen.connectionUrl());
    const pid = session.capabilities.backendPid;
    process.kill(pid, 'SIGSTOP');
    const read = session.read({ id: 'test/silence', sql: 'select 1', timeoutMs: 100 });
    const { code, ms } = await codeOf(read);
    process.kill(pid, 'SIGCONT');
    expect(code).toBe('POSTGRES.CONNECTION_LOST');
    expect(ms).toBeLessThan(8_000);
    await session.close();
  } finally {
    await frozen.close();
  }
});

it('a session that is terminated in the middle is lost, says so, and closes', async () => {
  const session = await openTestSession(server.connectionUrl());
  const outcome = codeOf(longRead(session));
  await until(async () => (await running()) === 1);
  await runOnce(server.connectionUrl(), 'select pg_terminate_backend($1)', [session.capabilities.backendPid]);
  expect((await outcome).code).toBe('POSTGRES.CONNECTION_LOST');
  expect((await codeOf(longRead(session))).code).toBe('POSTGRES.CONNECTION_LOST');
  await session.close();
});

it('a server restart in the middle loses the session; a new one opens after it', async () => {
  const private_ = await startTestServer();
  const session = await openTestSession(private_.connectionUrl());
  const outcome = codeOf(longRead(session));
  await sleep(200);
  const again = await private_.restart();
  try {
    expect((await outcome).code).toBe('POSTGRES.CONNECTION_LOST');
    await session.close();
    const next = await openTestSession(again.connectionUrl());
    expect(next.capabilities.versionNumber).toBeGreaterThan(180_000);
    await next.close();
  } finally {
    await again.close();
  }
});
