import { describe, expect, it } from 'vitest';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { lossyBitmap } from './check.ts';

const SETUP = `
  create table wide (id int, k int, body text) with (fillfactor = 10);
  insert into wide select i, (i * 7919) % 1000, repeat('x', 200) from generate_series(1, 12000) i;
  create index on wide (k);
  analyze wide;
  set enable_seqscan = off; set enable_indexscan = off; set max_parallel_workers_per_gather = 0`;
const SCAN = 'select count(body) from wide where k < 800';

describe('diagnose/lossy-bitmap', () => {
  it.each(availableMajors())(
    'finds a bitmap that did not fit, and the memory that holds it (PostgreSQL %i)',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(SETUP);
          await db.query("set work_mem = '64kB'");
          const { findings } = await diagnosePlans(lossyBitmap, db, [await planStatement(db, SCAN)]);
          expect(findings).toMatchObject([
            {
              id: 'diagnose/lossy-bitmap',
              evidence: { node: 'Bitmap Heap Scan on wide' },
              remedy: expect.stringContaining("set work_mem = '1MB'"),
            },
          ]);
          expect(findings[0]?.evidence['lossyRatio']).toBeGreaterThan(0.1);
          await db.query("set work_mem = '1MB'");
          expect((await diagnosePlans(lossyBitmap, db, [await planStatement(db, SCAN)])).findings).toEqual(
            [],
          );
        },
        { major },
      ),
  );

  it('is unavailable without a measured plan', () =>
    withDatabase(async (db) => {
      const plan = await planStatement(db, 'select 1', 'literal');
      expect(await diagnosePlans(lossyBitmap, db, [plan])).toMatchObject({
        findings: [],
        unavailable: [{ id: 'diagnose/lossy-bitmap' }],
      });
    }));
});
