import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientFor,
  createDatabase,
  createRole,
  serverUrl,
  startWatching,
  TARGET,
  type TestDatabase,
  until,
  type Watching,
} from '../../support/index.ts';
import { type Pooler, startPgBouncer } from '../../support/pgbouncer.ts';

const HOSTILE = `sh"o'p <img src=x> \\ é`;
const MINUTE_MS = 60_000;

/** Clients that keep asking until they are stopped. */
async function startClients(url: string, count: number, sql: string): Promise<() => Promise<void>> {
  let isOver = false;
  const one = async (): Promise<void> => {
    const client: Client = clientFor(url);
    client.on('error', () => undefined);
    await client.connect();
    while (!isOver) await client.query(sql);
    await client.end();
  };
  const all = Promise.all(Array.from({ length: count }, one));
  return async () => {
    isOver = true;
    await all;
  };
}

const nameOf = ({ port }: Pooler): string => `127.0.0.1:${port}`;

/** Lets the superuser into the console to look, not to act. */
const admittance = () => ({ stats_users: new URL(serverUrl(18)).username });

describe.sequential('watching the poolers in front of a target', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let pooler: Pooler;
  let other: Pooler;
  let watching: Watching;

  const admit = admittance();
  const stateOf = (one: Pooler): string | undefined =>
    watching.watcher.poolers.find(({ name }) => name === nameOf(one))?.state;
  const poolOf = async (database: string): Promise<Readonly<Record<string, number>> | undefined> =>
    (await watching.totals('pool')).series.find(({ key }) => key[1] === database)?.values;
  const throughputOf = async (database: string): Promise<Readonly<Record<string, number>> | undefined> =>
    (await watching.totals('pooledDatabase')).series.find(({ key }) => key[1] === database)?.values;
  const eventTexts = async (): Promise<readonly unknown[]> =>
    (await watching.events('pooler')).map(({ detail }) => detail['text']);

  beforeAll(async () => {
    home = await createDatabase();
    target = await createDatabase();
    pooler = await startPgBouncer(serverUrl(18), { mode: 'transaction', poolSize: 2, settings: admit });
    other = await startPgBouncer(serverUrl(18), { mode: 'session', settings: admit });
    watching = await startWatching({
      targetUrl: target.url,
      storeUrl: home.url,
      poolerUrls: [pooler.consoleUrl, other.consoleUrl],
    });
    await until(() => [pooler, other].every((one) => stateOf(one) === 'answering'), 'both answer');
  });

  afterAll(async () => {
    await watching.close();
    await pooler.close();
    await other.close();
    await target.close();
    await home.close();
  });

  it('shows more clients than servers as waiting, and for how long', async () => {
    const stop = await startClients(pooler.through(target.url), 8, 'select pg_sleep(0.3)');
    try {
      await until(async () => {
        const pool = await poolOf(target.name);
        return (pool?.['clientsWaiting'] ?? 0) > 0 && (pool?.['longestWaitMs'] ?? 0) > 100;
      }, 'waiting clients');
      const pool = await poolOf(target.name);
      expect(pool).toMatchObject({ serversActive: 2, poolSize: 2 });
      expect((pool?.['clientsActive'] ?? 0) + (pool?.['clientsWaiting'] ?? 0)).toBe(8);
      await until(
        async () => ((await throughputOf(target.name))?.['transactions'] ?? 0) > 20,
        'transactions',
      );
    } finally {
      await stop();
    }
    const { transactions = 0, queries = 0, waitMs = 0 } = (await throughputOf(target.name)) ?? {};
    expect(queries).toBe(transactions);
    // Eight clients take turns on two servers: each waits for three others of 300 ms.
    expect(waitMs / transactions).toBeGreaterThan(300);
    expect(waitMs / transactions).toBeLessThan(3_000);
  });

  it('counts each query once', async () => {
    const client = clientFor(pooler.through(target.url));
    await client.connect();
    await sleep(2_500);
    const before = (await throughputOf(target.name))?.['queries'] ?? 0;
    for (let index = 0; index < 50; index += 1) await client.query('select 1');
    await until(async () => ((await throughputOf(target.name))?.['queries'] ?? 0) >= before + 50, '50 more');
    await sleep(2_500);
    expect((await throughputOf(target.name))?.['queries']).toBe(before + 50);
    await client.end();
  });

  it('says that a pooler restarted, and draws no spike from it', async () => {
    const before = (await throughputOf(target.name))?.['queries'] ?? 0;
    await pooler.stop();
    await pooler.start();
    await until(async () => (await watching.events('restart')).length > 0, 'the restart');
    const restarts = await watching.events('restart');
    expect(restarts.map(({ subject }) => subject)).toEqual([nameOf(pooler)]);
    await sleep(2_500);
    expect((await throughputOf(target.name))?.['queries']).toBe(before);
  });

  it('says that a pooler is gone and that it is back, and disturbs nothing else by it', async () => {
    const { collectors, connection } = watching.watcher;
    const toldBefore = (await eventTexts()).length;
    const runsOf = (id: string): number => collectors.find((one) => one.id === id)?.runs ?? 0;
    await other.stop();
    await until(() => stateOf(other) === 'silent', 'one is silent');
    expect(stateOf(pooler)).toBe('answering');
    const looks = collectors.find(({ id }) => id === 'pgbouncer');
    await until(() => looks?.trouble === `nothing answers at ${nameOf(other)}`, 'the trouble is told');
    await pooler.stop();
    await until(() => stateOf(pooler) === 'silent', 'both are silent');
    const before = runsOf('counters');
    await until(() => runsOf('counters') > before + 1, 'counters are read meanwhile');
    expect(connection.state).toBe('connected');
    await until(async () => {
      const { series } = await watching.totals('pooler');
      return series.length === 2 && series.every(({ values }) => (values['failed'] ?? 0) > 0);
    }, 'failed looks');
    await pooler.start();
    await other.start();
    await until(() => [pooler, other].every((one) => stateOf(one) === 'answering'), 'back', MINUTE_MS);
    await until(async () => (await eventTexts()).length >= toldBefore + 4, 'told');
    expect((await eventTexts()).slice(toldBefore).toSorted()).toEqual(
      [
        'answers again',
        'answers again',
        `does not answer: nothing answers at ${nameOf(other)}`,
        `does not answer: nothing answers at ${nameOf(pooler)}`,
      ].toSorted(),
    );
    await until(() => looks?.trouble === null, 'no trouble left');
    const failures = collectors.filter(({ id }) => id !== 'pgbouncer').map(({ failures: count }) => count);
    expect(failures.every((count) => count === 0)).toBe(true);
  });
});

describe.sequential('poolers in front of a target', () => {
  let target: TestDatabase;
  let place: TestDatabase;
  let pooler: Pooler;
  const admit = admittance();

  beforeAll(async () => {
    target = await createDatabase();
    place = await createDatabase();
    pooler = await startPgBouncer(serverUrl(18), { mode: 'transaction', settings: admit });
  });

  afterAll(async () => {
    await pooler.close();
    await place.close();
    await target.close();
  });

  it('keeps names of databases and users as they are', async () => {
    const hostile = await createDatabase(18, { name: HOSTILE });
    const role = await createRole(hostile, { name: `o"b'rien <b>` });
    const strange = await startPgBouncer(serverUrl(18), {
      mode: 'transaction',
      settings: admit,
      users: { [role.name]: new URL(role.url).password },
    });
    const watched = await startWatching({
      targetUrl: target.url,
      storeUrl: place.url,
      poolerUrls: [strange.consoleUrl],
    });
    try {
      const client = clientFor(strange.through(role.url));
      await client.connect();
      await client.query('select 1');
      await until(async () => (await watched.totals('pooledDatabase')).series.length > 0, 'the pool');
      await client.end();
      const [pool] = (await watched.totals('pool')).series;
      expect(pool?.key).toEqual([nameOf(strange), HOSTILE, role.name]);
      const [database] = (await watched.totals('pooledDatabase')).series;
      expect(database?.key).toEqual([nameOf(strange), HOSTILE]);
    } finally {
      await watched.close();
      await strange.close();
      await hostile.close();
    }
  });

  it('goes on looking at the poolers while the target is away', async () => {
    const nowhere = new URL(target.url);
    nowhere.port = '1';
    const watched = await startWatching({
      targetUrl: nowhere.href,
      storeUrl: place.url,
      poolerUrls: [pooler.consoleUrl],
    });
    await until(() => watched.watcher.poolers[0]?.state === 'answering', 'the pooler answers');
    expect(watched.watcher.connection.state).toBe('connecting');
    await watched.close();
  });

  it('goes on telling that there are none when a pooler is named no more', async () => {
    const history = await startWatching({ targetUrl: target.url, storeUrl: place.url });
    const lastMs = async (): Promise<number> =>
      (await (await history.store.target(TARGET)).span('pool'))?.toMs ?? 0;
    const before = await lastMs();
    expect(before).toBeGreaterThan(0);
    await until(async () => (await lastMs()) > before, 'a reading without pools');
    expect(history.watcher.poolers).toEqual([]);
    expect(history.watcher.collectors.map(({ id }) => id)).not.toContain('pgbouncer');
    await history.close();
  });

  it('tells why it is not let in, and never the password', async () => {
    const wrong = new URL(pooler.consoleUrl);
    wrong.password = 's3cret';
    const closed = await startPgBouncer(serverUrl(18), { mode: 'transaction' });
    const watched = await startWatching({
      targetUrl: target.url,
      storeUrl: place.url,
      poolerUrls: [wrong.href, closed.consoleUrl],
    });
    const { poolers } = watched.watcher;
    await until(() => poolers.every(({ state }) => state === 'silent'), 'both are refused');
    const said = JSON.stringify([poolers.map(({ trouble }) => trouble), await watched.events()]);
    expect(poolers[0]?.trouble).toContain('refuse');
    expect(poolers[1]?.trouble).toContain('refuses the session: not allowed');
    expect(said).not.toContain('s3cret');
    expect(said).not.toContain(new URL(closed.consoleUrl).password);
    await watched.close();
    await closed.close();
  });
});
