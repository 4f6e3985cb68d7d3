import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDatabase,
  startTestServer,
  startWatching,
  type TestDatabase,
  type TestServer,
  until,
  type Watching,
} from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';

describe.sequential('statistics that change under the watch', () => {
  let server: TestServer;
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;

  const run = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index += 1) await target.query(STATEMENT);
  };
  const calls = (): Promise<number> => watching.callsOf(STATEMENT);
  /** Waits for a reading that begins after now. */
  const readAgain = async (): Promise<void> => {
    const { coveredMs } = await watching.totals('statement');
    await until(
      async () => (await watching.totals('statement')).coveredMs > coveredMs + 1_500,
      'two readings more',
    );
  };

  beforeAll(async () => {
    home = await createDatabase();
    // Resets concern the whole server.
    server = await startTestServer();
    target = await createDatabase(18, { serverUrl: server.connectionUrl() });
    await target.query(`create extension pg_stat_statements version '1.8'`);
    watching = await startWatching({ targetUrl: target.url, storeUrl: home.url });
    await until(async () => (await watching.totals('statement')).coveredMs > 0, 'a first reading');
    await run(20);
    await until(async () => (await calls()) === 20, 'twenty calls');
  });

  afterAll(async () => {
    await watching.close();
    await target.close();
    await server.close();
    await home.close();
  });

  it('goes on counting when the extension is upgraded', async () => {
    await run(5);
    await target.query('alter extension pg_stat_statements update');
    await run(5);
    await until(async () => (await watching.events('extension')).length > 0, 'the upgrade');
    expect(await watching.events('extension')).toMatchObject([
      { subject: 'pg_stat_statements', detail: { before: '1.8', after: expect.stringMatching(/^1\.1\d$/) } },
    ]);
    await run(10);
    await until(async () => (await calls()) === 40, 'forty calls');
    expect((await watching.totals('probe')).series[0]?.values['failed'] ?? 0).toBe(0);
    for (const kind of ['gap', 'restart', 'failover']) expect(await watching.events(kind)).toEqual([]);
  });

  it('counts on after the statements were reset, and says that they were', async () => {
    await readAgain();
    await run(10);
    await readAgain();
    await target.query('select pg_stat_statements_reset()');
    await run(5);
    await until(async () => (await watching.events('statistics-reset')).length > 0, 'the reset');
    await readAgain();
    expect(await calls()).toBe(55);
    await run(4);
    await until(async () => (await calls()) === 59, 'four calls more');
    expect(await watching.events('statistics-reset')).toMatchObject([{ subject: 'pg_stat_statements' }]);
  });

  it('shows no growth that was none after the statistics of the database were reset', async () => {
    await target.query('create table t as select g a from generate_series(1, 1000) g');
    for (let index = 0; index < 30; index += 1) await target.query('select count(*) from t');
    const scans = async (): Promise<number> =>
      (await watching.totals('table')).series.find(({ key }) => key[1] === 't')?.values['sequentialScans'] ??
      0;
    await until(async () => (await scans()) === 30, 'thirty scans');
    const commits = async (): Promise<number> =>
      (await watching.totals('database')).series[0]?.values['commits'] ?? 0;
    const before = await commits();
    await target.query('select pg_stat_reset()');
    for (let index = 0; index < 3; index += 1) await target.query('select count(*) from t');
    await until(
      async () => (await watching.events('statistics-reset')).some((e) => e.subject === 'pg_stat_database'),
      'the reset',
    );
    await readAgain();
    expect(await scans()).toBeGreaterThanOrEqual(30);
    expect(await scans()).toBeLessThanOrEqual(33);
    expect((await commits()) - before).toBeLessThan(1_000);
  });
});
