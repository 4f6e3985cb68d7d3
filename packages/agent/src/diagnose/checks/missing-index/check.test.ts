import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { missingIndex } from './check.ts';

const SMALL = { 'diagnose.missing-index.minimum-bytes': '64kB' };

async function readTimes(db: TestDatabase, times: number, sql: string): Promise<void> {
  for (let time = 0; time < times; time += 1) await db.query(sql);
  await db.query('select pg_stat_force_next_flush()').catch(() => undefined);
}

describe('diagnose/missing-index', () => {
  it('finds a table that every query reads as a whole, under its hostile name', () =>
    withDatabase(async (db) => {
      await db.query('create table "a;b""c" (id int primary key, owner int)');
      await db.query('insert into "a;b""c" select i, i % 100 from generate_series(1, 20000) i');
      await readTimes(db, 12, 'select count(*) from "a;b""c" where owner = 5');
      const [found, ...others] = await findingsOf(missingIndex, db, SMALL);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        id: 'diagnose/missing-index',
        severity: 'warning',
        subject: { kind: 'table', schema: 'public', name: 'a;b"c' },
        evidence: {
          indexScanRatio: 0,
          sequentialScansCount: 13,
          sequentialReadRows: 240_000,
          liveRows: 20_000,
        },
        threshold: { key: 'diagnose.missing-index.minimum-ratio', value: 0.95 },
      });
      expect(found?.title).toContain('public."a;b""c" is read by sequential scans');
    }));

  it('is silent when indexes serve the reads, and about a few dumps or a table below the minimum size', () =>
    withDatabase(async (db) => {
      await db.query('create table served (id int primary key); create table dumped (id int primary key)');
      await db.query('insert into served select generate_series(1, 20000)');
      await db.query('insert into dumped select generate_series(1, 20000); analyze');
      await readTimes(db, 40, 'select from served where id = 7');
      await readTimes(db, 2, 'select count(*) from served where id > -1');
      await readTimes(db, 8, 'select count(*) from dumped where id <> 0');
      expect(await findingsOf(missingIndex, db, SMALL)).toEqual([]);
      await readTimes(db, 5, 'select count(*) from dumped where id <> 0');
      expect(await findingsOf(missingIndex, db)).toEqual([]);
      expect(await findingsOf(missingIndex, db, SMALL)).toMatchObject([{ subject: { name: 'dumped' } }]);
    }));

  it('is silent about scans that stop at the first row', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int); insert into t select generate_series(1, 20000)');
      await readTimes(db, 30, 'select id from t limit 1');
      expect(await findingsOf(missingIndex, db, SMALL)).toEqual([]);
    }));

  it('leaves out empty partitions for the days to come, which every query scans as a whole', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (day int, id int, primary key (day, id)) partition by range (day);
        create table p1 partition of p for values from (0) to (1);
        create table p2 partition of p for values from (1) to (2);
        create table p3 partition of p for values from (2) to (3);
        insert into p select 0, generate_series(1, 20000); analyze`);
      await readTimes(db, 30, 'select count(*) from p where day >= 0 and id = 5');
      const easy = { ...SMALL, 'diagnose.missing-index.minimum-rows-read': 0 };
      expect(await findingsOf(missingIndex, db, easy)).toEqual([]);
    }));

  it('adds partitions up under their topmost table', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (id int, at int) partition by range (at);
        create table p1 partition of p for values from (0) to (100);
        create table p2 partition of p for values from (100) to (200) partition by list (id);
        create table p21 partition of p2 default;
        insert into p select i, i % 200 from generate_series(1, 15000) i`);
      await readTimes(db, 14, 'select count(*) from p where id = 5');
      const findings = await findingsOf(missingIndex, db, SMALL);
      expect(findings).toMatchObject([
        {
          subject: { name: 'p' },
          evidence: { liveRows: 15_000, sequentialScansCount: 28, partitionsCount: 2 },
        },
      ]);
    }));
});
