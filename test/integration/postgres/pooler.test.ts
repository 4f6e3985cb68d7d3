import { afterAll, beforeAll, expect, it } from 'vitest';
import { OBSERVE_SETTINGS } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { createDatabase, runOnce, serverUrl, type TestDatabase } from '../../support/index.ts';
import { type Pooler, startPgBouncer } from '../../support/pgbouncer.ts';
import { openTestSession } from '../../support/session.ts';
import { refusalOf } from './refusal.ts';

let db: TestDatabase;
let transactions: Pooler;
let sessions: Pooler;

beforeAll(async () => {
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query('create table t (id serial primary key); insert into t select from generate_series(1, 100)');
  transactions = await startPgBouncer(serverUrl(18), { mode: 'transaction' });
  sessions = await startPgBouncer(serverUrl(18), { mode: 'session' });
});

afterAll(async () => {
  await transactions.close();
  await sessions.close();
  await db.close();
});

it('tells a direct session from a pooled one, and the modes apart', async () => {
  const urls = [db.url, transactions.through(db.url), sessions.through(db.url)];
  const modes: string[] = [];
  for (const url of urls) {
    const session = await openTestSession(url);
    modes.push(session.capabilities.pooler);
    await session.close();
  }
  expect(modes).toEqual(['none', 'transaction', 'session']);
});

it('tells the mode of a pool of one connection', async () => {
  const narrow = await startPgBouncer(serverUrl(18), { mode: 'transaction', poolSize: 1 });
  const single = await startPgBouncer(serverUrl(18), { mode: 'session', poolSize: 1 });
  try {
    const first = await openTestSession(narrow.through(db.url));
    expect(first.capabilities.pooler).toBe('transaction');
    await first.close();
    const startMs = performance.now();
    const second = await openTestSession(single.through(db.url));
    expect(['session', 'unknown']).toContain(second.capabilities.pooler);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await second.close();
  } finally {
    await narrow.close();
    await single.close();
  }
});

it('takes a whole snapshot in transaction mode, as without a pooler', async () => {
  const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});
  const pooled = (await observe(transactions.through(db.url), settings)).snapshot;
  const direct = (await observe(db.url, settings)).snapshot;
  const states = (snapshot: typeof pooled): unknown =>
    Object.entries(snapshot.sections).map(([name, section]) => [name, section.status]);
  expect(states(pooled)).toEqual(states(direct));
  expect(pooled.gaps).toEqual([]);
  expect(pooled.sections.tables).toMatchObject({ status: 'ok', data: [{ name: 't' }] });
});

it('keeps its time limits, its read-only transaction and nothing else on the server connection', async () => {
  const session = await openTestSession(transactions.through(db.url));
  const slow = session.read({ id: 'test/slow', sql: 'select pg_sleep(5)', timeoutMs: 100 });
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  const write = session.read({
    id: 'test/write',
    sql: 'insert into public.t default values',
    timeoutMs: 1_000,
  });
  await expect(write).rejects.toMatchObject({ code: '25006' });
  await session.close();
  const rows = await runOnce(
    transactions.through(db.url),
    `select current_setting('statement_timeout') as a, current_setting('transaction_read_only') as b,
       current_setting('search_path') as c`,
  );
  expect(rows).toEqual([{ a: '0', b: 'off', c: '"$user", public' }]);
});

it('keeps the transactions of many clients on few connections apart', async () => {
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => openTestSession(transactions.through(db.url))),
  );
  const reads = clients.flatMap((session, client) =>
    Array.from({ length: 25 }, async (_, round) => {
      const limit = 1_000 + client * 100 + round;
      const rows = await session.read({
        id: 'test/many',
        sql: `select $1::int as given, current_setting('statement_timeout') as timeout,
          current_setting('transaction_read_only') as read_only`,
        values: [limit],
        timeoutMs: limit,
      });
      const shown = limit % 1_000 === 0 ? `${limit / 1_000}s` : `${limit}ms`;
      return JSON.stringify(rows) === JSON.stringify([{ given: limit, timeout: shown, read_only: 'on' }]);
    }),
  );
  expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
  await Promise.all(clients.map((session) => session.close()));
});

it('says what the pooler refuses: an unknown database, an unknown user', async () => {
  const narrow = await startPgBouncer(serverUrl(18), { mode: 'transaction', databases: [db.name] });
  try {
    const url = new URL(narrow.through(db.url));
    url.pathname = '/elsewhere';
    const database = await refusalOf(url.href);
    expect(['POSTGRES.POOLER_REFUSED', 'POSTGRES.DATABASE_NOT_FOUND']).toContain(database.code);
    url.pathname = `/${db.name}`;
    url.username = 'stranger';
    const user = await refusalOf(url.href);
    expect(['POSTGRES.POOLER_REFUSED', 'POSTGRES.AUTHENTICATION_FAILED']).toContain(user.code);
  } finally {
    await narrow.close();
  }
});

it('says so when the pooler cannot reach the server or lacks the database there', async () => {
  const url = new URL(transactions.through(db.url));
  url.pathname = '/no_such_database';
  const missing = await refusalOf(url.href);
  expect(['POSTGRES.POOLER_REFUSED', 'POSTGRES.DATABASE_NOT_FOUND']).toContain(missing.code);
  const nowhere = new URL(serverUrl(18));
  nowhere.port = '1';
  const cut = await startPgBouncer(nowhere.href, {
    mode: 'transaction',
    settings: { server_login_retry: '1', query_wait_timeout: '3' },
  });
  try {
    expect((await refusalOf(cut.through(db.url))).code).toBe('POSTGRES.POOLER_REFUSED');
  } finally {
    await cut.close();
  }
});
