import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  clientFor,
  createRole,
  type TestDatabase,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import { blockingChain } from './check.ts';

const SOON = { 'diagnose.blocking-chain.warning-ms': 50 };

/** Connects clients for the time of one test; all are ended, whatever they wait for. */
async function withClients<T>(
  db: TestDatabase,
  count: number,
  run: (clients: readonly pg.Client[]) => Promise<T>,
): Promise<T> {
  const clients = Array.from({ length: count }, () => clientFor(db.url));
  for (const client of clients) {
    client.on('error', () => undefined);
    await client.connect();
  }
  try {
    return await run(clients);
  } finally {
    await db.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [db.name],
    );
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}

async function untilWaiting(db: TestDatabase, count: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const [row] = await db.query<{ waiting: number }>(
      "select count(*)::int as waiting from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'",
      [db.name],
    );
    if ((row?.waiting ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function pidOf(client: pg.Client | undefined): Promise<string> {
  const result = await client?.query<{ pid: number }>('select pg_backend_pid() as pid');
  return String(result?.rows[0]?.pid);
}

const send = (client: pg.Client | undefined, sql: string): void => {
  client?.query(sql).catch(() => undefined);
};

describe('diagnose/blocking-chain', () => {
  it.each([14, 18])('names the root of a chain and counts all behind it, on %i', (major) =>
    withDatabase(
      (db) =>
        withClients(db, 3, async ([root, second, third]) => {
          await db.query('create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)');
          await second?.query('begin; update t set n = 1 where id = 2');
          const pid = await pidOf(root);
          await root?.query('begin; update t set n = 1 where id = 1 /* \u001b[31mred */');
          send(second, 'update t set n = 2 where id = 1');
          await untilWaiting(db, 1);
          send(third, 'update t set n = 3 where id = 2');
          await untilWaiting(db, 2);
          await db.query('select pg_sleep(0.1)');
          expect(await findingsOf(blockingChain, db)).toEqual([]);
          const findings = await findingsOf(blockingChain, db, SOON);
          expect(findings).toMatchObject([
            {
              id: 'diagnose/blocking-chain',
              severity: 'warning',
              subject: { kind: 'session', schema: '', name: pid },
              evidence: { blockedCount: 2, rootState: 'idle in transaction' },
              threshold: { key: 'diagnose.blocking-chain.warning-ms', value: 50 },
              remedy: expect.stringContaining(`pg_terminate_backend(${pid})`),
            },
          ]);
          const { chain, rootQuery } = findings[0]?.evidence ?? {};
          expect(rootQuery).toContain('\\u001b[31mred');
          expect(chain).toMatchObject([
            expect.stringContaining(pid),
            expect.stringMatching(/^ {2}\d+ waits .*update t set n = 2 where id = 1$/),
            expect.stringMatching(/^ {4}\d+ waits .*update t set n = 3 where id = 2$/),
          ]);
        }),
      { major },
    ),
  );

  it('is critical with three sessions held up for longer than everyday queueing', () =>
    withDatabase((db) =>
      withClients(db, 4, async ([root, ...others]) => {
        await db.query('create table t (id int primary key); insert into t values (1)');
        await root?.query('begin; lock table t in access exclusive mode');
        for (const other of others) send(other, 'select * from t');
        await untilWaiting(db, 3);
        await db.query('select pg_sleep(0.1)');
        const overrides = { 'diagnose.blocking-chain.crowd-ms': 50 };
        expect(await findingsOf(blockingChain, db, overrides)).toMatchObject([
          {
            severity: 'critical',
            evidence: { blockedCount: 3 },
            threshold: { key: 'diagnose.blocking-chain.critical-count', value: 3 },
          },
        ]);
        expect(await findingsOf(blockingChain, db, { 'diagnose.blocking-chain.crowd-ms': 60_000 })).toEqual(
          [],
        );
      }),
    ));
});

describe('diagnose/blocking-chain, the edges', () => {
  it('measures the wait, not the running time of the statement', () =>
    withDatabase((db) =>
      withClients(db, 2, async ([root, slow]) => {
        await db.query('create table t (id int primary key); insert into t values (1)');
        await root?.query('begin; lock table t in access exclusive mode');
        send(slow, 'do $$ begin perform pg_sleep(3); perform * from t; end $$');
        await untilWaiting(db, 1);
        const overrides = { 'diagnose.blocking-chain.warning-ms': 3_000 };
        expect(await findingsOf(blockingChain, db, overrides)).toEqual([]);
      }),
    ));

  it('names a prepared transaction as the root', () =>
    withDatabase((db) =>
      withClients(db, 1, async ([waiter]) => {
        await db.query('create table t (id int primary key); insert into t values (1)');
        await db.query('begin');
        await db.query('update t set id = 1');
        await db.query("prepare transaction 'lost; one'");
        send(waiter, 'update t set id = 2');
        await untilWaiting(db, 1);
        await db.query('select pg_sleep(0.1)');
        const findings = await findingsOf(blockingChain, db, SOON);
        await db.query("rollback prepared 'lost; one'");
        expect(findings).toMatchObject([
          {
            subject: { kind: 'transaction' },
            title: expect.stringContaining('a prepared transaction holds up 1'),
          },
        ]);
      }),
    ));

  it('shows a circle of waits once and ends', () =>
    withDatabase((db) =>
      withClients(db, 2, async ([first, second]) => {
        await db.query('create table t (id int primary key); insert into t values (1), (2)');
        for (const client of [first, second]) await client?.query("set deadlock_timeout = '60s'; begin");
        await first?.query('update t set id = id where id = 1');
        await second?.query('update t set id = id where id = 2');
        send(first, 'update t set id = id where id = 2');
        send(second, 'update t set id = id where id = 1');
        await untilWaiting(db, 2);
        await db.query('select pg_sleep(0.1)');
        expect(await findingsOf(blockingChain, db, SOON)).toMatchObject([
          { evidence: { isCircular: true, blockedCount: 1 }, remedy: expect.stringContaining('by itself') },
        ]);
      }),
    ));

  it('says what a role without pg_monitor does not see', () =>
    withDatabase(async (db) => {
      const role = await createRole(db);
      expect(await diagnoseWith(blockingChain, db, { url: role.url })).toMatchObject({
        findings: [],
        unavailable: [{ remedy: 'grant pg_monitor to the role' }],
      });
    }));
});
