import { beforeAll, describe, expect, it } from 'vitest';
import { observe, settingsWith } from '../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../test/support/index.ts';
import { planStatement } from '../../../../../test/support/plans.ts';
import { OBSERVE_SETTINGS } from '../../observe/index.ts';
import { loadParser } from '../../sql/index.ts';
import type { Proposal } from '../types.ts';
import { statisticsProposals } from './statistics-proposals.ts';

beforeAll(loadParser);

async function proposalsFor(db: TestDatabase, sql: string, rows: number): Promise<readonly Proposal[]> {
  const { sections } = (await observe(db.url, settingsWith(Object.values(OBSERVE_SETTINGS), {}))).snapshot;
  const plan = await planStatement(db, sql, 'literal');
  return statisticsProposals({
    plans: [{ ...plan, queryId: '7' }],
    rowsPerCall: new Map([['7', rows]]),
    tables: sections.tables.status === 'ok' ? sections.tables.data : [],
    extended: sections.extendedStatistics.status === 'ok' ? sections.extendedStatistics.data : [],
  });
}

const SETUP = `
  create table "Addr ""s" (id int primary key, "City" int, region int);
  insert into "Addr ""s" select i, i % 50, i % 50 from generate_series(1, 30000) i;
  analyze "Addr ""s"`;
const SQL = 'select * from "Addr ""s" where "City" = 7 and region = 7';

describe('statistics', () => {
  it('are proposed where columns filtered together return far more rows than planned, and mend the plan', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      const [proposal, ...others] = await proposalsFor(db, SQL, 600);
      expect(others).toEqual([]);
      expect(proposal).toMatchObject({ kind: 'create-statistics', risk: { level: 'low' } });
      for (const sql of proposal?.do ?? []) await db.query(sql);
      const mended = await planStatement(db, SQL, 'literal');
      expect(mended.plans[0]?.plan.root.planRows).toBeGreaterThan(300);
      expect(await proposalsFor(db, SQL, 600)).toEqual([]);
      for (const sql of proposal?.undo ?? []) await db.query(sql);
      expect(await db.query('select 1 from pg_statistic_ext')).toEqual([]);
    }));

  it('are an analyze where there never was one, and nothing where the estimate holds or says nothing', () =>
    withDatabase(async (db) => {
      await db.query(SETUP.replace('analyze "Addr ""s"', 'select 1'));
      expect(await proposalsFor(db, SQL, 20_000)).toMatchObject([
        { kind: 'analyze', do: ['analyze "public"."Addr ""s";'], undo: [] },
      ]);
      await db.query('analyze "Addr ""s"');
      expect(await proposalsFor(db, SQL, 12)).toEqual([]);
      expect(await proposalsFor(db, `${SQL} limit 5`, 5_000)).toEqual([]);
      expect(await proposalsFor(db, 'select * from "Addr ""s" where "City" = 7', 9_000)).toEqual([]);
    }));
});
