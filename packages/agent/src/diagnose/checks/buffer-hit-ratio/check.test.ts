import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { bufferHitRatio } from './check.ts';

const FEW = { 'diagnose.buffer-hit-ratio.minimum-blocks-count': 100 };
async function load(db: TestDatabase): Promise<void> {
  await db.query('create extension pg_buffercache; create table "odd;t" (i int, pad text)');
  await db.query(`insert into "odd;t" select i, repeat('x', 500) from generate_series(1, 5000) i; analyze`);
}

/** Throws the table out of shared buffers and reads it, again and again. */
async function readCold(db: TestDatabase): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    await db.query(`select pg_buffercache_evict_relation('"odd;t"')`);
    await db.query('select count(*) from "odd;t"');
  }
  await db.query('select pg_stat_force_next_flush()');
  await db.query('select 1');
}

const FULL = { ...FEW, 'diagnose.buffer-hit-ratio.minimum-ratio': 1 };

describe('diagnose/buffer-hit-ratio', () => {
  it('finds reads that were not in shared buffers, and the table', () =>
    withDatabase(async (db) => {
      await load(db);
      await readCold(db);
      expect(await findingsOf(bufferHitRatio, db, FEW)).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'database', name: db.name },
          evidence: { mostReadTables: ['public."odd;t"'], sharedBuffersBytes: 64 * 1024 ** 2 },
          threshold: { key: 'diagnose.buffer-hit-ratio.minimum-ratio', value: 0.98 },
        },
      ]);
      expect(await findingsOf(bufferHitRatio, db)).toEqual([]);
    }));

  it('judges a long enough interval by itself', () =>
    withDatabase(async (db) => {
      await load(db);
      const { findings } = await diagnoseWith(bufferHitRatio, db, {
        overrides: { ...FEW, 'diagnose.interval.minimum-ms': 0 },
        between: () => readCold(db),
      });
      expect(findings).toMatchObject([{ evidence: { observed: expect.stringMatching(/^the last /) } }]);
    }));

  it('is silent when the data is in memory, and about a database that nobody reads', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(bufferHitRatio, db, FULL)).toEqual([]);
      await db.query('create table t as select generate_series(1, 50000) i');
      for (let i = 0; i < 5; i += 1) await db.query('select count(*) from t');
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(bufferHitRatio, db, FEW)).toEqual([]);
      expect(await findingsOf(bufferHitRatio, db)).toEqual([]);
    }));
});
