import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import {
  availableMajors,
  CERTIFICATE_FILE,
  createDatabase,
  enableTls,
  runOnce,
  startStandby,
  startTestServer,
} from '../../support/index.ts';

it.each(availableMajors())('starts a standby of PostgreSQL %i that follows', async (major) => {
  const primary = await startTestServer({ major });
  onTestFinished(() => primary.close());
  const standby = await startStandby(primary, { slot: 'standby_1' });
  onTestFinished(() => standby.close());
  await runOnce(primary.connectionUrl(), 'create table followed as select 5 as a');
  const followed = `select to_regclass('followed') is not null as there, pg_is_in_recovery() as standby`;
  let row: unknown;
  for (let attempt = 0; attempt < 500; attempt += 1) {
    [row] = await runOnce(standby.connectionUrl(), followed);
    if ((row as { there: boolean }).there) break;
    await sleep(10);
  }
  expect(row).toEqual({ there: true, standby: true });
  const slots = await runOnce(primary.connectionUrl(), 'select slot_name, active from pg_replication_slots');
  expect(slots).toEqual([{ slot_name: 'standby_1', active: true }]);
});

it('switches TLS on, and refuses plain connections when asked to', async () => {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  await enableTls(server, { isRequired: true });
  await expect(runOnce(server.connectionUrl(), 'select 1')).rejects.toMatchObject({ code: '28000' });
  const ssl = { ca: await readFile(CERTIFICATE_FILE, 'utf8') };
  const client = new pg.Client({ connectionString: server.connectionUrl(), ssl });
  await client.connect();
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  expect(rows).toEqual([{ ssl: true }]);
  await client.end();
});

it('restarts on the same port with the same data and other settings', async () => {
  const server = await startTestServer({ settings: { work_mem: '1MB' } });
  const db = await createDatabase(18, { serverUrl: server.connectionUrl() });
  const again = await server.restart({ work_mem: '2MB' });
  onTestFinished(() => again.close());
  expect(again.port).toBe(server.port);
  expect(await runOnce(db.url, 'show work_mem')).toEqual([{ work_mem: '2MB' }]);
});
