import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../../../../../test/support/index.ts';
import { settingsDrift } from './check.ts';

describe('diagnose/settings-drift', () => {
  let server: TestServer;
  let db: TestDatabase;

  beforeAll(async () => {
    server = await startTestServer();
    db = await createDatabase(server.major, { serverUrl: server.connectionUrl() });
  });

  afterAll(async () => {
    await db.close();
    await server.close();
  });

  it('is silent when files and server agree, and says what a monitoring role cannot see', async () => {
    expect(await diagnoseWith(settingsDrift, db)).toEqual({ findings: [], unavailable: [] });
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    const { findings, unavailable } = await diagnoseWith(settingsDrift, db, { url: role.url });
    expect(findings).toEqual([]);
    expect(unavailable).toMatchObject([{ id: 'diagnose/settings-drift' }]);
    for (const grant of unavailable[0]?.remedy.split('; ') ?? []) await db.query(grant);
    expect(await diagnoseWith(settingsDrift, db, { url: role.url })).toEqual({
      findings: [],
      unavailable: [],
    });
    await db.query(`drop owned by ${role.name}`);
  });

  it('finds a change that waits for a restart and a line with an error, each once', async () => {
    await db.query('alter system set max_connections = 201');
    await appendFile(join(server.dataDirectory, 'postgresql.auto.conf'), "work_mem = 'lots'\n");
    await db.query('select pg_reload_conf(), pg_sleep(0.3)');
    const findings = await findingsOf(settingsDrift, db);
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'setting', name: 'max_connections' },
        evidence: { value: '200' },
      },
      {
        severity: 'warning',
        subject: { kind: 'setting', schema: '', name: 'work_mem' },
        evidence: { value: 'lots' },
      },
    ]);
  });

  it('names the value still in force, and forgets a change that was taken back', async () => {
    await db.query('alter system reset all');
    await db.query('alter system set max_connections = 201');
    await db.query('select pg_reload_conf(), pg_sleep(0.3)');
    expect((await findingsOf(settingsDrift, db)).map((found) => found.title)).toEqual([
      'max_connections was changed and waits for a restart; 200 is still in force',
    ]);
    await db.query('alter system reset all');
    await db.query('select pg_reload_conf(), pg_sleep(0.3)');
    expect(await findingsOf(settingsDrift, db)).toEqual([]);
  });
});
