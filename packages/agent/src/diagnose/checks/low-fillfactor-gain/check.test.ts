import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { lowFillfactorGain } from './check.ts';

const FEW = { 'diagnose.low-fillfactor-gain.minimum-updates-rows': 2_000 };

async function plantUpdates(db: TestDatabase, table: string, fillfactor: number): Promise<void> {
  await db.query(
    `create table ${table} (id int primary key, n int, note text) with (fillfactor = ${fillfactor})`,
  );
  await db.query(`insert into ${table} select i, i, md5(i::text) from generate_series(1, 4000) i`);
  await db.query(`update ${table} set n = n + 1`);
  await db.query('select pg_stat_force_next_flush()');
}

describe('diagnose/low-fillfactor-gain', () => {
  it('finds a table whose updates find no room, not the one with room', () =>
    withDatabase(async (db) => {
      await plantUpdates(db, '"full;1"', 100);
      await plantUpdates(db, 'roomy', 45);
      const findings = await findingsOf(lowFillfactorGain, db, FEW);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/low-fillfactor-gain',
          severity: 'info',
          subject: { kind: 'table', schema: 'public', name: 'full;1' },
          evidence: { updatedRows: 4_000 },
          threshold: { key: 'diagnose.low-fillfactor-gain.maximum-hot-ratio', value: 0.5 },
          remedy: expect.stringContaining('alter table "public"."full;1" set (fillfactor = 90)'),
        },
      ]);
      expect(findings[0]?.evidence['newPageRatio']).toBeGreaterThan(0.9);
      expect(await findingsOf(lowFillfactorGain, db)).toEqual([]);
    }));

  it('is silent where an index, not the room, keeps updates from being HOT', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key, n int); create index on t (n)');
      await db.query('insert into t select i, i from generate_series(1, 8000) i');
      await db.query('delete from t where id % 2 = 0');
      await db.query('vacuum (index_cleanup on) t');
      await db.query('update t set n = n + 1');
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(lowFillfactorGain, db, FEW)).toEqual([]);
    }));

  it('warns when the statistics cover more than a day, and adds partitions up (window replaced by hand)', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (id int, n int) partition by range (id);
        create table p1 partition of p for values from (0) to (2000);
        create table p2 partition of p for values from (2000) to (4001);
        insert into p select i, i from generate_series(1, 4000) i;
        update p set n = n + 1`);
      await db.query('select pg_stat_force_next_flush()');
      const observation = await observeDatabase(db);
      const database = sectionOf(observation, 'database');
      const statsReset = new Date(database.now.getTime() - 2 * 86_400_000);
      const laid = replaceSections(observation, { database: { ...database, statsReset } });
      expect(diagnoseObservation(lowFillfactorGain, laid, FEW).findings).toMatchObject([
        {
          severity: 'warning',
          subject: { name: 'p' },
          evidence: { partitionsCount: 2, updatesPerDayCount: 2_000 },
        },
      ]);
    }));

  it('only mentions it before PostgreSQL 16, which does not count updates without room', () =>
    withDatabase(
      async (db) => {
        await plantUpdates(db, 't', 100);
        expect(await findingsOf(lowFillfactorGain, db, FEW)).toMatchObject([
          { severity: 'info', evidence: { newPageRatio: null } },
        ]);
      },
      { major: 15 },
    ));
});
