import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import {
  createDatabase,
  startTestServer,
  type TestDatabase,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { archiveFailing } from './check.ts';

async function waitFor(db: TestDatabase, condition: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const [row] = await db.query<{ done: boolean }>(`select ${condition} as done from pg_stat_archiver`);
    if (row?.done === true) return;
    await db.query('select pg_sleep(0.1)');
  }
  throw new Error(`the archiver never reached: ${condition}`);
}

async function withServer(
  settings: Readonly<Record<string, string>>,
  test: (db: TestDatabase) => Promise<void>,
): Promise<void> {
  const server = await startTestServer({ settings });
  try {
    const db = await createDatabase(server.major, { serverUrl: server.connectionUrl() });
    await db.query('create table t (a int); insert into t values (1)');
    await test(db);
    await db.close();
  } finally {
    await server.close();
  }
}

describe('diagnose/archive-failing', () => {
  it('is critical while the archiver fails and has never succeeded, a warning once it works again', () =>
    withServer({ archive_mode: 'on', archive_command: 'false' }, async (db) => {
      await db.query('select pg_switch_wal()');
      await waitFor(db, 'failed_count > 0');
      const [failing] = await findingsOf(archiveFailing, db);
      expect(failing).toMatchObject({
        id: 'diagnose/archive-failing',
        severity: 'critical',
        subject: { kind: 'server', schema: '', name: 'server' },
        evidence: { mode: 'on', archivedCount: 0, sinceArchivedMs: null },
        threshold: { key: 'diagnose.archive-failing.window-ms', value: 900_000 },
      });
      expect(failing?.evidence['lastFailedFile']).toMatch(/^[0-9A-F]{24}/);
      await db.query("alter system set archive_command = 'true'");
      await db.query('select pg_reload_conf()');
      await db.query('insert into t values (2)');
      await db.query('select pg_switch_wal()');
      await waitFor(db, 'last_archived_time > last_failed_time');
      expect(await findingsOf(archiveFailing, db)).toMatchObject([{ severity: 'warning' }]);
      expect(await findingsOf(archiveFailing, db, { 'diagnose.archive-failing.window-ms': 0 })).toEqual([]);
    }));

  it('says when archiving is on and has no command', () =>
    withServer({ archive_mode: 'on', archive_command: '' }, async (db) => {
      expect(await findingsOf(archiveFailing, db)).toMatchObject([
        {
          severity: 'warning',
          title: expect.stringContaining('neither archive_command nor archive_library'),
        },
      ]);
    }));

  it('is silent when archiving works', () =>
    withServer({ archive_mode: 'on', archive_command: 'true' }, async (db) => {
      await db.query('select pg_switch_wal()');
      await waitFor(db, 'archived_count > 0');
      expect(await findingsOf(archiveFailing, db)).toEqual([]);
    }));

  it('is silent when archiving is off, on a standby, and about old failures (replaced section)', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(archiveFailing, db)).toEqual([]);
      const real = await observeDatabase(db);
      const archiver = { ...sectionOf(real, 'archiver'), mode: 'on', failed: 3, archived: 9 };
      const judged = (changed: object, isInRecovery = false): readonly unknown[] => {
        const observed = replaceSections(real, { archiver: { ...archiver, ...changed } });
        const server = { ...real.snapshot.server, isInRecovery };
        const snapshot = { ...observed.snapshot, server };
        return diagnoseObservation(archiveFailing, { ...observed, snapshot }).findings;
      };
      expect(judged({ sinceFailedMs: 3_600_000, sinceArchivedMs: 1_000 })).toEqual([]);
      expect(judged({ sinceFailedMs: 1_000, sinceArchivedMs: null }, true)).toEqual([]);
      expect(judged({ sinceFailedMs: 1_000, sinceArchivedMs: 60_000 })).toMatchObject([
        { severity: 'warning' },
      ]);
      expect(judged({ sinceFailedMs: 1_000, sinceArchivedMs: 901_000 })).toMatchObject([
        { severity: 'critical' },
      ]);
    }));
});
