import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSessions } from '../../../packages/agent/src/app/index.ts';
import {
  clientFor,
  createDatabase,
  startTestServer,
  startWatching,
  type TestDatabase,
  type TestServer,
  until,
  type Watching,
} from '../../support/index.ts';

const MINUTE_MS = 60_000;

describe.sequential('watching a target', () => {
  let server: TestServer;
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;

  const watch = (): Promise<Watching> => startWatching({ targetUrl: target.url, storeUrl: home.url });

  beforeAll(async () => {
    home = await createDatabase();
    server = await startTestServer();
    target = await createDatabase(18, {
      serverUrl: server.connectionUrl(),
      extensions: ['pg_stat_statements'],
    });
    await target.query('create table t (a int primary key, b text)');
    await target.query(`insert into t select g, 'x' from generate_series(1, 1000) g`);
    watching = await watch();
  });

  afterAll(async () => {
    await watching.close();
    await target.close();
    await server.close();
    await home.close();
  });

  it('keeps what statements, tables and indexes do, by their own names', async () => {
    const { collectors } = watching.watcher;
    await until(() => collectors.every(({ succeededAt }) => succeededAt !== null), 'all ran', MINUTE_MS);
    for (let index = 0; index < 20; index += 1) {
      await target.query('select b from t where a = $1', [index]);
    }
    await until(async () => (await watching.callsOf('select b from t')) === 20, 'its 20 calls', MINUTE_MS);
    await until(async () => {
      const { series } = await watching.totals('index');
      return series.some(({ key, values }) => key[1] === 't_pkey' && values['scans'] === 20);
    }, 'the index with its 20 scans');
  });

  it('samples who waits for what, and keeps who held them up', async () => {
    await target.query(`set application_name = 'price-import'`);
    await target.query('begin');
    await target.query('lock table t in access exclusive mode');
    const blocked = (async () => {
      const client = clientFor(target.url);
      await client.connect();
      await client.query(`set application_name = 'checkout'`);
      await client.query('select count(*) from t');
      await client.end();
    })();
    await until(async () => {
      const { series } = await watching.totals('activity');
      return series.some(({ key }) => key[0] === 'Lock' && key[1] === 'relation' && key[4] === 'checkout');
    }, 'the waiting session');
    const { series } = await watching.totals('sessions');
    expect(series[0]?.values).toMatchObject({ waitingForLock: 1, maxConnections: expect.any(Number) });
    expect(series[0]?.values['maxConnections']).toBeGreaterThan(0);
    await until(
      async () => ((await watching.totals('sessions')).series[0]?.values['longestLockWaitMs'] ?? 0) > 6_000,
      'a long wait',
    );
    await target.query('commit');
    await blocked;
    await until(async () => (await watching.events('blocking')).length > 0, 'who held the lock');
    expect(await watching.events('blocking')).toMatchObject([
      {
        subject: 'price-import',
        detail: {
          state: 'idle in transaction',
          waiting: 1,
          isOver: true,
          text: expect.stringMatching(
            /^held up 1 session for up to \d.* s; idle in transaction, pid \d+, user /,
          ),
        },
      },
    ]);
  });

  it('says what changed: settings, indexes, resets', async () => {
    await target.query('create index t_b on t (b)');
    await target.query(`alter system set work_mem = '7MB'`);
    await target.query('select pg_reload_conf()');
    await target.query('select pg_stat_statements_reset()');
    await target.query('select pg_stat_reset()');
    await until(async () => {
      const events = await watching.events();
      const has = (kind: string, subject: string): boolean =>
        events.some((event) => event.kind === kind && event.subject === subject);
      return (
        has('ddl', 'public.t_b') && has('setting', 'work_mem') && has('statistics-reset', 'pg_stat_database')
      );
    }, 'events');
    const { series } = await watching.totals('database');
    expect(series[0]?.values['commits']).toBeLessThan(5_000);
  });

  it('goes on after a restart of the target, and says that it restarted', async () => {
    await target.query('select 1').catch(() => undefined);
    server = await server.restart();
    await until(async () => {
      return (await watching.events('restart')).length > 0;
    }, 'the restart');
    await until(() => watching.watcher.connection.state === 'connected', 'connected');
    await until(async () => {
      const { series } = await watching.totals('probe');
      return (series[0]?.values['failed'] ?? 0) > 0;
    }, 'failed probes');
  });

  it('stands by while another agent leads, and takes over when that one is gone', async () => {
    const other = await watch();
    await sleep(1_000);
    const { leadership, connection } = other.watcher;
    expect(leadership.state).toBe('following');
    expect(connection.state).toBe('standing-by');
    const visitor = clientFor(target.url);
    await visitor.connect();
    await visitor.query(`set application_name = 'visitor'`);
    const { sessions } = await readSessions(other.watcher, Date.now());
    expect(sessions).toContainEqual(expect.objectContaining({ application: 'visitor' }));
    await visitor.end();
    // As kill -9 would: the server ends the leader's connection.
    await home.query(
      `select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.granted`,
    );
    const leading = (): number =>
      [other, watching].filter(({ watcher }) => watcher.leadership.state === 'leading').length;
    await until(() => leading() > 0, 'a leader again', 30_000);
    expect(leading()).toBe(1);
    await other.close();
    await until(() => leading() === 1, 'the first one leads again');
  });
});
