import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import {
  createDatabase,
  startTestServer,
  type TestServer,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  replaceSettings,
} from '../../../../../../test/support/replaced.ts';
import { unloggedOrFsyncOff } from './check.ts';

describe('diagnose/unlogged-or-fsync-off', () => {
  it('is critical for fsync and full_page_writes, a warning for synchronous_commit', () =>
    // The test servers run with all three off.
    withDatabase(async (db) => {
      expect(await findingsOf(unloggedOrFsyncOff, db)).toMatchObject([
        {
          id: 'diagnose/unlogged-or-fsync-off',
          severity: 'critical',
          subject: { kind: 'setting', schema: '', name: 'fsync' },
          evidence: { value: 'off' },
        },
        { severity: 'critical', subject: { name: 'full_page_writes' } },
        {
          severity: 'warning',
          subject: { name: 'synchronous_commit' },
          remedy: 'alter system set synchronous_commit = on; select pg_reload_conf()',
        },
      ]);
    }));

  it('is silent on a server that keeps its promises, and names what a database gives up', async () => {
    const server: TestServer = await startTestServer({
      settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
    });
    try {
      const db = await createDatabase(server.major, { serverUrl: server.connectionUrl() });
      await db.query('create table t (a int); insert into t select generate_series(1, 2000)');
      expect(await findingsOf(unloggedOrFsyncOff, db)).toEqual([]);
      await db.query(`alter database "${db.name}" set synchronous_commit = off`);
      expect(await findingsOf(unloggedOrFsyncOff, db)).toMatchObject([
        { severity: 'warning', evidence: { source: 'database' } },
      ]);
      await db.close();
    } finally {
      await server.close();
    }
  });

  it('finds unlogged tables, large ones as a warning (settings replaced by safe ones)', () =>
    withDatabase(async (db) => {
      await db.query(`
        create unlogged table "Big;""t" (a int);
        insert into "Big;""t" select generate_series(1, 1000);
        create unlogged table small (a int);
        create table logged (a int);
        create temporary table scratch (a int);
        analyze`);
      const real = await observeDatabase(db);
      const serverSettings = replaceSettings(real, {
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'remote_apply',
      });
      const safe = replaceSections(real, { serverSettings });
      const { findings } = diagnoseObservation(unloggedOrFsyncOff, safe);
      expect(findings).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'table', schema: 'public', name: 'Big;"t' },
          evidence: { tableRows: 1000 },
          threshold: { key: 'diagnose.unlogged-or-fsync-off.warning-rows', value: 1000 },
        },
        { severity: 'info', subject: { name: 'small' } },
      ]);
      const sql = findings[0]?.remedy.match(/alter table .* set logged/)?.[0] ?? 'no SQL';
      await db.query(sql);
      const again = replaceSections(await observeDatabase(db), { serverSettings });
      expect(diagnoseObservation(unloggedOrFsyncOff, again).findings).toHaveLength(1);
    }));
});
