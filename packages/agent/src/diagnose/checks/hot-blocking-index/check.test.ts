import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import {
  diagnoseObservation,
  observeDatabase,
  replaceSections,
  sectionOf,
} from '../../../../../../test/support/replaced.ts';
import { hotBlockingIndex } from './check.ts';

const DAY_MS = 86_400_000;

/** A table with room on its pages, 4,000 of whose rows change `n`. */
async function plantUpdates(db: TestDatabase, table: string, indexes: string): Promise<void> {
  await db.query(`create table ${table} (id int primary key, n int, kept int) with (fillfactor = 40)`);
  await db.query(`insert into ${table} select i, i, i from generate_series(1, 4000) i; ${indexes}`);
  await db.query(`update ${table} set n = n + 1`);
  await db.query('select pg_stat_force_next_flush()');
}

describe('diagnose/hot-blocking-index', () => {
  it('mentions an unread index on a column that every update changes, and none where updates are HOT', () =>
    withDatabase(async (db) => {
      await plantUpdates(
        db,
        '"t;1"',
        'create index "n""idx" on "t;1" (n); create unique index on "t;1" (n, id)',
      );
      await plantUpdates(db, 'hot', 'create index on hot (kept)');
      const findings = await findingsOf(hotBlockingIndex, db);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/hot-blocking-index',
          severity: 'info',
          subject: { kind: 'index', schema: 'public', name: 'n"idx' },
          evidence: { updatedRows: 4_000, hotRatio: 0, scansCount: 0, updatesPerDayCount: 4_000 },
          threshold: { key: 'diagnose.hot-blocking-index.maximum-hot-ratio', value: 0.5 },
        },
      ]);
      const rare = { 'diagnose.hot-blocking-index.minimum-updates-per-day-count': 5_000 };
      expect(await findingsOf(hotBlockingIndex, db, rare)).toEqual([]);
    }));

  it('is silent once queries read the index', () =>
    withDatabase(async (db) => {
      await plantUpdates(db, 't', 'create index t_n on t (n)');
      await db.query('set enable_seqscan = off');
      for (let count = 0; count < 6; count += 1) await db.query(`select from t where n = ${count}`);
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(hotBlockingIndex, db)).toEqual([]);
    }));

  it('warns when the only plain index is proven to be in the way for over a day (window replaced by hand)', () =>
    withDatabase(async (db) => {
      await plantUpdates(db, 't', 'create index t_n on t (n)');
      const observation = await observeDatabase(db);
      const database = sectionOf(observation, 'database');
      const over = (days: number) => {
        const statsReset = new Date(database.now.getTime() - days * DAY_MS);
        return diagnoseObservation(
          hotBlockingIndex,
          replaceSections(observation, { database: { ...database, statsReset } }),
        ).findings;
      };
      expect(over(3)).toMatchObject([
        { severity: 'warning', evidence: { indexedColumnRatio: 1, newPageRatio: 0 } },
      ]);
      expect(over(5)).toEqual([]);
    }));

  it.each(availableMajors().filter((major) => major === 15 || major === 16))(
    'knows whether BRIN stands in the way on PostgreSQL %i',
    (major) =>
      withDatabase(
        async (db) => {
          await plantUpdates(db, 't', 'create index t_brin on t using brin (n)');
          const findings = await findingsOf(hotBlockingIndex, db);
          expect(findings.map((found) => found.subject.name)).toEqual(major < 16 ? ['t_brin'] : []);
        },
        { major },
      ),
  );

  it('adds partitions up under the index of their table', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (id int, n int) partition by range (id);
        create table p1 partition of p for values from (0) to (1000);
        create table p2 partition of p for values from (1000) to (2001);
        create index p_n on p (n);
        insert into p select i, i from generate_series(1, 2000) i;
        update p set n = n + 1`);
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(hotBlockingIndex, db)).toMatchObject([
        { subject: { name: 'p_n' }, evidence: { updatedRows: 2_000 } },
      ]);
    }));
});
