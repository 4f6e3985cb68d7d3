import { beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { loadParser } from '../../../sql/index.ts';
import { lowStatisticsTarget } from './check.ts';

/** Thirty values of 500 rows each and 5,000 values of one row each. */
async function plantSkew(db: TestDatabase): Promise<void> {
  await db.query('create table "t;1" (skewed int, even int, id int, few int)');
  await db.query(`
    insert into "t;1"
    select case when i <= 15000 then i % 30 else i end, i % 2000, i, i % 8 from generate_series(1, 20000) i`);
  await db.query(
    'alter table "t;1" alter column skewed set statistics 20, alter column few set statistics 20',
  );
  await db.query('analyze "t;1"');
}

beforeAll(loadParser);

describe('diagnose/low-statistics-target', () => {
  it('mentions a skewed column whose list ends too early, not even, unique or short ones', () =>
    withDatabase(async (db) => {
      await plantSkew(db);
      const [found, ...others] = await findingsOf(lowStatisticsTarget, db);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        id: 'diagnose/low-statistics-target',
        severity: 'info',
        subject: { kind: 'column', schema: 'public', name: 't;1', column: 'skewed' },
        evidence: { statisticsTargetCount: 20 },
        threshold: { key: 'diagnose.low-statistics-target.minimum-factor-count', value: 10 },
        remedy: expect.stringContaining('alter column "skewed" set statistics 200'),
      });
      expect(found?.title).toContain('possibly misestimated');
    }));

  it('is silent when the list is long enough', () =>
    withDatabase(async (db) => {
      await plantSkew(db);
      await db.query('alter table "t;1" alter column skewed set statistics 200');
      await db.query('analyze "t;1"');
      expect(await findingsOf(lowStatisticsTarget, db)).toEqual([]);
    }));

  it('judges by measured plans where there are some: only the column that they misestimate', () =>
    withDatabase(async (db) => {
      await plantSkew(db);
      const unlisted = `select min(v) as value from generate_series(0, 29) v where v <> all (
        select unnest(most_common_vals::text::int[]) from pg_stats where tablename = 't;1' and attname = 'skewed')`;
      const [row] = await db.query<{ value: number }>(unlisted);
      const missed = await planStatement(db, `select * from "t;1" where skewed = ${row?.value}`);
      const { findings } = await diagnosePlans(lowStatisticsTarget, db, [missed]);
      expect(findings).toMatchObject([
        {
          severity: 'info',
          subject: { kind: 'column', name: 't;1', column: 'skewed' },
          evidence: { actualRows: 500, statisticsTargetCount: 20 },
          remedy:
            'alter table "public"."t;1" alter column "skewed" set statistics 200; analyze "public"."t;1" ("skewed")',
        },
      ]);
      expect(findings[0]?.evidence['misestimateCount']).toBeGreaterThan(10);
      for (const sql of [
        'select * from "t;1" where even = 7',
        'select * from "t;1" where skewed = 1 and id > 0',
      ]) {
        const { findings: none } = await diagnosePlans(lowStatisticsTarget, db, [
          await planStatement(db, sql),
        ]);
        expect(none, sql).toEqual([]);
      }
      await db.query(findings[0]?.remedy ?? '');
      const mended = await planStatement(db, missed.text);
      expect((await diagnosePlans(lowStatisticsTarget, db, [mended])).findings).toEqual([]);
      expect(mended.plans[0]?.plan.root.planRows).toBeGreaterThan(300);
    }));

  it('says that it cannot look without SELECT', () =>
    withDatabase(async (db) => {
      await plantSkew(db);
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings, unavailable } = await diagnoseWith(lowStatisticsTarget, db, { url: role.url });
      expect(findings).toEqual([]);
      expect(unavailable).toMatchObject([{ remedy: expect.stringContaining('pg_read_all_data') }]);
    }));
});
