import { beforeAll, describe, expect, it } from 'vitest';
import { advise, advisors } from '../../../packages/agent/src/advise/index.ts';
import { checks } from '../../../packages/agent/src/diagnose/index.ts';
import { OBSERVE_SETTINGS } from '../../../packages/agent/src/observe/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../support/index.ts';
import { diagnosePlans, planStatement } from '../../support/plans.ts';

beforeAll(loadParser);

/** Two columns of one meaning, with names that need quotes and more than 63 bytes together. */
const DEPENDENT = `
  create schema "S;1";
  create table "S;1"."T;1" ("Straße des Wohnsitzes der Kundin" int, "größte Bestellung; in ""Cent""" int);
  insert into "S;1"."T;1" select i % 50, i % 50 from generate_series(1, 30000) i;
  analyze "S;1"."T;1"`;

/** Thirty values of 500 rows each, of which the list holds twenty, and 5,000 of one row each. */
const SKEWED = `
  create schema "S;1";
  create table "S;1"."T;1" ("v;" int);
  insert into "S;1"."T;1" select case when i <= 15000 then i % 30 else i end from generate_series(1, 20000) i;
  alter table "S;1"."T;1" alter column "v;" set statistics 20;
  analyze "S;1"."T;1"`;

const CASES = [
  {
    check: 'diagnose/missing-extended-statistics',
    plant: DEPENDENT,
    statement: async () =>
      'select 1 from "S;1"."T;1" where "Straße des Wohnsitzes der Kundin" = 7 and "größte Bestellung; in ""Cent""" = 7',
  },
  {
    check: 'diagnose/low-statistics-target',
    plant: SKEWED,
    statement: async (db: TestDatabase) => {
      const [row] = await db.query<{ value: number }>(`
        select min(v) as value from generate_series(0, 29) v where v <> all (
          select unnest(most_common_vals::text::int[]) from pg_stats where tablename = 'T;1')`);
      return `select 1 from "S;1"."T;1" where "v;" = ${row?.value}`;
    },
  },
];

/** What a proposal of statistics may change. */
const STATE = `
  select stxname::text as item, null as target from pg_statistic_ext
  union all select attname, attstattarget::int from pg_attribute a join pg_class c on c.oid = attrelid
    where relname = 'T;1' and attnum > 0
  order by 1`;

/** Diagnoses a statement that is run, and advises. */
async function proposalsFor(db: TestDatabase, checkId: string, sql: string) {
  const check = checks.find(({ id }) => id === checkId);
  if (check === undefined) throw new Error(`no check ${checkId}`);
  const { findings } = await diagnosePlans(check, db, [await planStatement(db, sql)]);
  const { snapshot } = await observe(db.url, settingsWith(Object.values(OBSERVE_SETTINGS), {}));
  return advise(advisors, findings, snapshot).proposals;
}

describe.each(availableMajors())('proposals of statistics on PostgreSQL %i', (major) => {
  it.each(CASES)('mend what $check finds, and are taken back', ({ check, plant, statement }) =>
    withDatabase(
      async (db) => {
        await db.query(plant);
        const sql = await statement(db);
        const before = await db.query(STATE);
        const proposals = await proposalsFor(db, check, sql);
        expect(proposals).toMatchObject([{ risk: { level: 'low' }, findings: [check] }]);
        for (const step of proposals.flatMap((one) => one.do)) await db.query(step);
        expect(await proposalsFor(db, check, sql)).toEqual([]);
        const mended = await planStatement(db, sql);
        expect(mended.plans[0]?.plan.root.planRows).toBeGreaterThan(300);
        for (const step of proposals.flatMap((one) => one.undo)) await db.query(step);
        expect(await db.query(STATE)).toEqual(before);
      },
      { major },
    ),
  );
});
