import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { indexScanRatio } from './check.ts';

async function load(db: TestDatabase): Promise<void> {
  await db.query('create table "big ""t" (id int primary key, a int)');
  await db.query('insert into "big ""t" select i, i from generate_series(1, 12000) i; analyze');
}

async function read(db: TestDatabase, bySequence: number, byKey: number): Promise<void> {
  for (let i = 0; i < bySequence; i += 1) await db.query('select 1 from "big ""t" where a = -1');
  for (let i = 0; i < byKey; i += 1) await db.query('select 1 from "big ""t" where id = 7');
  await db.query('select pg_stat_force_next_flush()');
  await db.query('select 1');
}

const FEW = {
  'diagnose.index-scan-ratio.minimum-scans-count': 20,
  'diagnose.index-scan-ratio.minimum-scans-per-day-count': 10,
};

describe('diagnose/index-scan-ratio', () => {
  it('is critical below 90 % and names the table', () =>
    withDatabase(async (db) => {
      await load(db);
      await read(db, 20, 20);
      const findings = await findingsOf(indexScanRatio, db, FEW);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/index-scan-ratio',
          severity: 'critical',
          subject: { kind: 'database', name: db.name },
          evidence: { mostReadTables: ['public."big ""t"'] },
          threshold: { key: 'diagnose.index-scan-ratio.critical-ratio', value: 0.9 },
        },
      ]);
      const rare = { ...FEW, 'diagnose.index-scan-ratio.minimum-scans-per-day-count': 1_000 };
      expect(await findingsOf(indexScanRatio, db, rare)).toMatchObject([{ severity: 'info' }]);
      expect(await findingsOf(indexScanRatio, db)).toEqual([]);
    }));

  it('is silent when nearly all scans use an index, and on a table below the minimum', () =>
    withDatabase(async (db) => {
      await load(db);
      await read(db, 0, 30);
      expect(await findingsOf(indexScanRatio, db, FEW)).toEqual([]);
      await read(db, 30, 0);
      expect(
        await findingsOf(indexScanRatio, db, { ...FEW, 'diagnose.index-scan-ratio.minimum-rows': 20_000 }),
      ).toEqual([]);
    }));

  it('does not take index builds of a fresh load for sequential reads', () =>
    withDatabase(async (db) => {
      await load(db);
      for (let i = 0; i < 25; i += 1) await db.query(`create index on "big ""t" (a, (id + ${i}))`);
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(indexScanRatio, db, FEW)).toEqual([]);
    }));
});
