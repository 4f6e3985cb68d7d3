import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { runOnce, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { rollbackRatio } from './check.ts';

/** Ends many transactions one way or the other; the session's end hands its counters over. */
async function transact(db: TestDatabase, outcome: 'commit' | 'rollback', count: number): Promise<void> {
  await runOnce(db.url, `do $$ begin for i in 1..${count} loop perform 1; ${outcome}; end loop; end $$`);
}

describe('diagnose/rollback-ratio', () => {
  it.each([14, 18])('finds a share above the threshold since the statistics began, on %i', (major) =>
    withDatabase(
      async (db) => {
        await transact(db, 'rollback', 600);
        await transact(db, 'commit', 900);
        await db.query('select pg_sleep(0.6)');
        expect(await findingsOf(rollbackRatio, db)).toMatchObject([
          {
            id: 'diagnose/rollback-ratio',
            severity: 'warning',
            subject: { kind: 'database', schema: '', name: db.name },
            evidence: { basis: 'statistics since their last reset', recentRatio: null },
            threshold: { key: 'diagnose.rollback-ratio.warning-ratio', value: 0.1 },
          },
        ]);
      },
      { major },
    ),
  );

  it('tells what happens now from what is over', () =>
    withDatabase(async (db) => {
      const begun = await diagnoseWith(rollbackRatio, db, {
        between: () => transact(db, 'rollback', 1_500),
      });
      expect(begun.findings).toMatchObject([
        { severity: 'warning', evidence: { basis: 'interval between two snapshots' } },
      ]);
      const over = await diagnoseWith(rollbackRatio, db, { between: () => transact(db, 'commit', 2_000) });
      expect(over.findings).toMatchObject([{ severity: 'info', evidence: { rollbacksCount: 1_500 } }]);
    }));

  it('is silent with few transactions, and with few rollbacks', () =>
    withDatabase(async (db) => {
      await transact(db, 'rollback', 300);
      expect(await findingsOf(rollbackRatio, db)).toEqual([]);
      await transact(db, 'commit', 4_000);
      expect(await findingsOf(rollbackRatio, db)).toEqual([]);
    }));
});
