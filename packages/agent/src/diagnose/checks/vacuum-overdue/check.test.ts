import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  replaceSettings,
} from '../../../../../../test/support/replaced.ts';
import { vacuumOverdue } from './check.ts';

/** 5,000 rows known to autovacuum (threshold 1,050), of which 3,000 die. */
async function plantDead(db: TestDatabase, name: string, options = 'fillfactor = 100'): Promise<void> {
  await db.query(
    `create table ${name} (id int) with (${options}); insert into ${name} select generate_series(1, 5000)`,
  );
  await db.query('select pg_stat_force_next_flush()');
  await db.query(`vacuum (analyze) ${name}`);
  await db.query(`delete from ${name} where id <= 3000`);
  await db.query('select pg_stat_force_next_flush()');
}

describe('diagnose/vacuum-overdue', () => {
  it('finds a table past twice its own threshold, and not the one whose threshold is higher', () =>
    withDatabase(async (db) => {
      await plantDead(db, '"t;""1"');
      await plantDead(db, 'patient', 'autovacuum_vacuum_scale_factor = 0.5');
      expect(await findingsOf(vacuumOverdue, db)).toMatchObject([{ severity: 'info' }]);
      // Autovacuum was here a moment ago: only once the grace is over does it lag behind.
      expect(await findingsOf(vacuumOverdue, db, { 'diagnose.autovacuum.grace-ms': 0 })).toMatchObject([
        {
          id: 'diagnose/vacuum-overdue',
          severity: 'warning',
          subject: { kind: 'table', schema: 'public', name: 't;"1' },
          evidence: { deadRows: 3_000, autovacuumThresholdRows: 1_050, isAutovacuumEnabled: true },
          threshold: { key: 'diagnose.vacuum-overdue.factor-count', value: 2 },
        },
      ]);
      await db.query('vacuum "t;""1"');
      expect(await findingsOf(vacuumOverdue, db)).toEqual([]);
    }));

  it("reads the table's own switch and PostgreSQL 18's upper limit", () =>
    withDatabase(async (db) => {
      await plantDead(db, 'switched_off', 'autovacuum_enabled = off');
      await plantDead(
        db,
        'limited',
        'autovacuum_vacuum_scale_factor = 0.9, autovacuum_vacuum_max_threshold = 600',
      );
      const findings = await findingsOf(vacuumOverdue, db);
      expect(findings.map((found) => found.subject.name).toSorted()).toEqual(['limited', 'switched_off']);
      const off = findings.find((found) => found.subject.name === 'switched_off');
      expect(off?.evidence['isAutovacuumEnabled']).toBe(false);
      expect(off?.remedy).toContain('reset (autovacuum_enabled)');
    }));

  it('only mentions a table that is overdue by inserts, and none that was just loaded', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int); insert into t select generate_series(1, 5000)');
      await db.query('create table off (id int) with (autovacuum_vacuum_insert_threshold = -1)');
      await db.query('insert into off select generate_series(1, 5000)');
      await db.query(
        'create table small (id int); insert into small select generate_series(1, 500); delete from small',
      );
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(vacuumOverdue, db)).toEqual([]);
      const soon = { 'diagnose.vacuum-overdue.insert-grace-ms': 0 };
      expect(await findingsOf(vacuumOverdue, db, soon)).toMatchObject([
        { severity: 'info', subject: { name: 't' }, evidence: { insertedSinceVacuumRows: 5_000 } },
      ]);
    }));

  it('leaves out a table in vacuum and names autovacuum switched off for the server (sections replaced by hand)', () =>
    withDatabase(async (db) => {
      await plantDead(db, 't');
      const observation = await observeDatabase(db);
      const oid = Number((await db.query("select 't'::regclass::oid::int8 as oid"))[0]?.['oid']);
      const progress = {
        pid: 1,
        tableOid: oid,
        schema: 'public',
        name: 't',
        phase: 'scanning heap',
        heapBlocks: 1,
        heapBlocksScanned: 0,
        heapBlocksVacuumed: 0,
        durationMs: 1,
        isAutovacuum: true,
        isToPreventWraparound: false,
      };
      const busy = replaceSections(observation, { vacuumProgress: [progress] });
      expect(diagnoseObservation(vacuumOverdue, busy).findings).toEqual([]);
      const serverSettings = replaceSettings(busy, { autovacuum: 'off' });
      const off = diagnoseObservation(vacuumOverdue, replaceSections(busy, { serverSettings }));
      expect(off.findings).toMatchObject([
        { severity: 'warning', subject: { kind: 'setting', name: 'autovacuum' } },
      ]);
    }));
});
