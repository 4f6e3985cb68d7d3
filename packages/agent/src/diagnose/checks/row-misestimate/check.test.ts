import { describe, expect, it } from 'vitest';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { rowMisestimate } from './check.ts';

/** `a` decides `b` and `c`: together they match as often as each alone, a thousand times what is expected. */
const DEPENDENT = `
  create table "Odd ""T" (id int primary key, a int, b int, c int, body text);
  insert into "Odd ""T" select i, i % 40, i % 40, i % 40, repeat('x', 100) from generate_series(1, 40000) i;
  analyze "Odd ""T"`;

describe('diagnose/row-misestimate', () => {
  it.each(availableMajors())(
    'finds the node where dependent columns mislead the planner, names quoted in the remedy (PostgreSQL %i)',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(DEPENDENT);
          const plan = await planStatement(
            db,
            'select count(*) from "Odd ""T" where a = 7 and b = 7 and c = 7',
          );
          const { findings } = await diagnosePlans(rowMisestimate, db, [plan]);
          expect(findings).toMatchObject([
            {
              id: 'diagnose/row-misestimate',
              severity: 'warning',
              subject: { kind: 'statement' },
              evidence: { actualRows: 1000, beginsAt: 'Seq Scan on Odd "T' },
              threshold: { key: 'diagnose.row-misestimate.warning-time-ratio' },
              remedy: expect.stringContaining('analyze "Odd ""T"'),
            },
          ]);
          expect(findings[0]?.evidence['misestimateCount']).toBeGreaterThan(100);
        },
        { major },
      ),
  );

  it('names the origin below a join that pays for it', () =>
    withDatabase(async (db) => {
      await db.query(DEPENDENT);
      await db.query('create index on "Odd ""T" (a); create table other (id int primary key); analyze other');
      await db.query('insert into other select generate_series(1, 30000); analyze other');
      await db.query('set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off');
      const plan = await planStatement(
        db,
        'select count(*) from "Odd ""T" t cross join lateral (select count(*) from other where id < t.id) o where a = 7 and b = 7 and c = 7 and t.id < 9000',
      );
      const { findings } = await diagnosePlans(rowMisestimate, db, [plan], {
        'diagnose.row-misestimate.minimum-factor-count': '20',
      });
      expect(findings).not.toEqual([]);
      for (const { evidence } of findings) expect(String(evidence['beginsAt'])).toContain('on Odd "T');
    }));

  it('is silent where LIMIT, EXISTS and merge joins leave a node early, and where little time goes', () =>
    withDatabase(async (db) => {
      await db.query(DEPENDENT);
      for (const sql of [
        'select * from "Odd ""T" limit 1',
        'select exists (select 1 from "Odd ""T")',
        'select * from "Odd ""T" a where exists (select 1 from "Odd ""T" b where b.id > 0) limit 10',
        'select * from generate_series(1, 1000) g order by 1 limit 1',
      ]) {
        expect(
          (await diagnosePlans(rowMisestimate, db, [await planStatement(db, sql)])).findings,
          sql,
        ).toEqual([]);
      }
      const slow = await planStatement(
        db,
        'select pg_sleep(0.3), (select count(*) from "Odd ""T" where a = 7 and b = 7 and c = 7)',
      );
      expect((await diagnosePlans(rowMisestimate, db, [slow])).findings).toEqual([]);
    }));

  it('tells groups that are misjudged from groups that HAVING leaves out', () =>
    withDatabase(async (db) => {
      await db.query(DEPENDENT);
      const sql = 'select id, count(*) from "Odd ""T" group by id having count(*) > 1';
      const { findings } = await diagnosePlans(rowMisestimate, db, [await planStatement(db, sql)]);
      expect(findings).toMatchObject([
        { evidence: { actualRows: 0 }, remedy: expect.stringContaining('how many groups pass HAVING') },
      ]);
    }));

  it('is unavailable without a measured plan, and says what to run', () =>
    withDatabase(async (db) => {
      const remedy = 'run `pgsteward explain --analyze` on a statement';
      const estimated = await planStatement(db, 'select 1', 'literal');
      for (const plans of [null, [], [estimated]]) {
        const diagnosis = await diagnosePlans(rowMisestimate, db, plans);
        expect(diagnosis).toMatchObject({
          findings: [],
          unavailable: [{ id: 'diagnose/row-misestimate', remedy }],
        });
      }
    }));
});
