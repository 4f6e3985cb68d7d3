import { beforeAll, describe, expect, it } from 'vitest';
import { availableMajors, until, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { loadParser } from '../../../sql/index.ts';
import { missingExtendedStatistics } from './check.ts';

beforeAll(loadParser);

const SETUP = `
  create table "Addr ""s" (id int primary key, "City" int, region int, note text);
  insert into "Addr ""s" select i, i % 50, i % 50, 'n' || i from generate_series(1, 30000) i;
  analyze "Addr ""s"`;
const ANALYZED = `select from pg_stat_user_tables where relname = 'Addr "s' and last_analyze is not null`;
const FILTERED = 'select id from "Addr ""s" where "City" = 7 and region = 7';

describe('diagnose/missing-extended-statistics', () => {
  it.each(availableMajors())(
    'finds columns filtered or grouped together that depend on each other, with SQL that mends it (PostgreSQL %i)',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(SETUP);
          // The collector of PostgreSQL 14 takes its time on a busy machine.
          await until(async () => (await db.query(ANALYZED)).length > 0, 'the table counts as analyzed');
          const grouped = 'select "City", region, count(*) from "Addr ""s" group by 1, 2';
          for (const sql of [FILTERED, grouped]) {
            const { findings } = await diagnosePlans(missingExtendedStatistics, db, [
              await planStatement(db, sql),
            ]);
            expect(findings, sql).toMatchObject([
              {
                severity: 'info',
                subject: { kind: 'table', schema: 'public', name: 'Addr "s' },
                evidence: { columns: ['City', 'region'] },
              },
            ]);
          }
          const { findings } = await diagnosePlans(missingExtendedStatistics, db, [
            await planStatement(db, FILTERED),
          ]);
          await db.query(findings[0]?.remedy ?? '');
          const mended = await diagnosePlans(missingExtendedStatistics, db, [
            await planStatement(db, FILTERED),
          ]);
          expect(mended.findings).toEqual([]);
          expect((await planStatement(db, FILTERED)).plans[0]?.plan.root.planRows).toBeGreaterThan(300);
        },
        { major },
      ),
  );

  it('is silent where LIMIT ends a scan early or HAVING leaves groups out, and about a table that was never analyzed', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      await db.query('create table fresh (a int, b int)');
      await db.query('insert into fresh select i % 50, i % 50 from generate_series(1, 30000) i');
      for (const sql of [
        'select id from "Addr ""s" where "City" > 20 and region > 20 limit 1',
        'select "City", note, count(*) from "Addr ""s" group by 1, 2 having count(*) > 1',
        'select * from fresh where a = 7 and b = 7',
      ]) {
        const plan = await planStatement(db, sql);
        expect(plan.plans[0]?.plan.root.planRows, sql).toBeGreaterThan(0);
        expect((await diagnosePlans(missingExtendedStatistics, db, [plan])).findings, sql).toEqual([]);
      }
    }));

  it('is silent for one column, for columns that are independent, and where statistics exist', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      await db.query('create table pairs (a int, b int)');
      await db.query('insert into pairs select i % 50, (i / 50) % 50 from generate_series(1, 30000) i');
      await db.query('analyze pairs');
      await db.query('create statistics on "City", region from "Addr ""s"');
      for (const sql of [
        FILTERED,
        'select * from pairs where a = 7',
        'select * from pairs where a = 7 and b = 7',
        'select * from pairs where a = 7 or b = 7',
      ]) {
        const plan = await planStatement(db, sql);
        expect((await diagnosePlans(missingExtendedStatistics, db, [plan])).findings, sql).toEqual([]);
      }
    }));
});
