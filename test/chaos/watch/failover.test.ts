import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDatabase,
  runOnce,
  startStandby,
  startTestServer,
  startWatching,
  startWire,
  type TestDatabase,
  type TestServer,
  until,
  type Watching,
  type Wire,
} from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';

/** The primary is watched through an address that follows the lead, its standby by itself. */
describe.sequential('a failover', () => {
  let home: TestDatabase;
  let primary: TestServer;
  let standby: TestServer;
  let target: TestDatabase;
  let wire: Wire;
  let service: Watching;
  let replica: Watching;
  let standbyUrl = '';

  beforeAll(async () => {
    home = await createDatabase();
    primary = await startTestServer();
    target = await createDatabase(18, {
      serverUrl: primary.connectionUrl(),
      extensions: ['pg_stat_statements'],
    });
    standby = await startStandby(primary);
    standbyUrl = standby.connectionUrl(target.name);
    wire = await startWire(primary.port);
    await until(
      () =>
        runOnce(standbyUrl, 'select 1').then(
          () => true,
          () => false,
        ),
      'the standby has the database',
    );
    // The standby's own statistics hold many more calls than the primary's.
    for (let index = 0; index < 200; index += 1) await runOnce(standbyUrl, STATEMENT);
    service = await startWatching({ targetUrl: wire.through(target.url), storeUrl: home.url });
    replica = await startWatching({ targetUrl: standbyUrl, storeUrl: home.url, name: 'replica' });
    await until(async () => (await service.totals('statement')).coveredMs > 0, 'a first reading');
    await until(async () => (await replica.totals('statement')).coveredMs > 0, 'a first reading of both');
    for (let index = 0; index < 5; index += 1) await target.query(STATEMENT);
    await until(async () => (await service.callsOf(STATEMENT)) === 5, 'five calls');
  });

  afterAll(async () => {
    await Promise.all([service.close(), replica.close()]);
    await wire.close();
    await standby.close();
    await target.close().catch(() => undefined);
    await primary.close();
    await home.close();
  });

  it('of a standby that becomes the primary while its sessions go on', async () => {
    await runOnce(standbyUrl, 'select pg_promote()');
    await until(async () => (await replica.events('failover')).length > 0, 'the failover');
    expect(await replica.events('failover')).toMatchObject([
      { detail: { before: 'standby', after: 'primary' } },
    ]);
    expect(await replica.events('restart')).toEqual([]);
    await runOnce(standbyUrl, STATEMENT);
    await until(async () => (await replica.callsOf(STATEMENT)) > 0, 'a call on the new primary');
    expect(await replica.callsOf(STATEMENT)).toBe(1);
  });

  it('of an address that leads to another server from now on', async () => {
    wire.leadTo(standby.port);
    await until(async () => (await service.events('failover')).length > 0, 'the failover');
    await until(() => service.watcher.connection.state === 'connected', 'connected');
    const { coveredMs } = await service.totals('statement');
    await until(async () => (await service.totals('statement')).coveredMs > coveredMs, 'a reading after it');
    await runOnce(standbyUrl, STATEMENT);
    await until(async () => (await service.callsOf(STATEMENT)) > 5, 'a call on the other server');
    expect(await service.callsOf(STATEMENT)).toBe(6);
    expect(await service.events('failover')).toMatchObject([
      { detail: { before: 'primary', after: 'another primary' } },
    ]);
    for (const kind of ['restart', 'statistics-reset', 'gap']) expect(await service.events(kind)).toEqual([]);
    const [database] = (await service.totals('database')).series;
    expect(database?.values['commits']).toBeLessThan(5_000);
  });

  it('and a crash of one process, after which the server begins anew, is a restart', async () => {
    const victim = await runOnce<{ readonly pid: number }>(
      standbyUrl,
      `select pid from pg_stat_activity where backend_type = 'background writer'`,
    );
    process.kill(victim[0]?.pid ?? 0, 'SIGKILL');
    await until(async () => (await service.events('restart')).length > 0, 'the restart');
    expect(await service.events('failover')).toHaveLength(1);
    await until(() => service.watcher.connection.state === 'connected', 'connected');
    expect(await service.callsOf(STATEMENT)).toBe(6);
  });
});
