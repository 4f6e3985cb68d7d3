import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { spill } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const SORT =
  'select count(*) from (select i from generate_series(1, 20000) i order by md5(i::text) offset 0) s';

describe('diagnose/spill', () => {
  it('finds a sort that does not fit in work_mem and proposes a size', () =>
    withDatabase(async (db) => {
      await db.query("set work_mem = '64kB'");
      for (let i = 0; i < 5; i += 1) await db.query(SORT);
      const findings = await findingsOf(spill, db);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/spill',
          severity: 'info',
          subject: { kind: 'statement' },
          evidence: { callsCount: 5 },
          threshold: { key: 'diagnose.spill.minimum-bytes' },
          remedy: expect.stringMatching(/set work_mem = '\d+MB'/),
        },
      ]);
      expect(await findingsOf(spill, db, { 'diagnose.spill.warning-bytes': '1MB' })).toMatchObject([
        { severity: 'warning', threshold: { key: 'diagnose.spill.warning-bytes' } },
      ]);
    }, STATEMENTS));

  it.each(availableMajors())(
    'names the nodes of a measured plan that went to disk, without pg_stat_statements (PostgreSQL %i)',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(
            "set work_mem = '64kB'; set enable_mergejoin = off; set max_parallel_workers_per_gather = 0",
          );
          const hashed = `
        select count(*) from generate_series(1, 20000) a(i) join generate_series(1, 20000) b(i) on a.i = b.i`;
          for (const [sql, node] of [
            [SORT, 'Sort'],
            [hashed, 'Hash'],
            ['select i, count(*) from generate_series(1, 20000) i group by i', 'Aggregate'],
          ] as const) {
            const { findings } = await diagnosePlans(spill, db, [await planStatement(db, sql)]);
            const found = findings.find(({ evidence }) => evidence['node'] === node);
            expect(found, node).toMatchObject({ severity: 'info', subject: { kind: 'statement', name: '' } });
            expect(found?.evidence['temporaryBytes'], node).toBeGreaterThan(64 * 1024);
            expect(
              (await diagnosePlans(spill, db, [await planStatement(db, sql, 'literal')])).findings,
            ).toEqual([]);
          }
          await db.query("set work_mem = '64MB'");
          expect((await diagnosePlans(spill, db, [await planStatement(db, SORT)])).findings).toEqual([]);
        },
        { major },
      ),
  );

  it('is silent when the sort fits, and about index builds', () =>
    withDatabase(async (db) => {
      await db.query("set work_mem = '64MB'; set maintenance_work_mem = '1MB'");
      await db.query(SORT);
      await db.query('create table t as select md5(i::text) a from generate_series(1, 30000) i');
      await db.query('create index on t (a)');
      expect(await findingsOf(spill, db)).toEqual([]);
    }, STATEMENTS));
});
