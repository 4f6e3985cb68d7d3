import { beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans } from '../../../../../../test/support/plans.ts';
import type { PlannedStatement, StatementPlan } from '../../../observe/index.ts';
import { readPlan } from '../../../planner/index.ts';
import { loadParser } from '../../../sql/index.ts';
import { genericPlanSensitive } from './check.ts';

beforeAll(loadParser);

/** Plans a statement with one parameter generically and with values, as the server itself plans it. */
async function planned(
  db: TestDatabase,
  text: string,
  values: Readonly<Partial<Record<StatementPlan['kind'], string>>>,
): Promise<PlannedStatement> {
  const plans: StatementPlan[] = [];
  const [generic] = await db.query<Record<string, unknown>>(`explain (generic_plan, format json) ${text}`);
  plans.push({ kind: 'generic', values: null, plan: readPlan(generic?.['QUERY PLAN']) });
  for (const [kind, value] of Object.entries(values)) {
    const literal = text.replace('$1', () => `'${value.replaceAll("'", "''")}'`);
    const [row] = await db.query<Record<string, unknown>>(`explain (format json) ${literal}`);
    plans.push({ kind: kind as StatementPlan['kind'], values: [value], plan: readPlan(row?.['QUERY PLAN']) });
  }
  return { queryId: '7', text, plans, refusal: null };
}

const SETUP = `
  create table jobs (id int primary key, "State" text, body text);
  insert into jobs select i, case when i % 2000 = 0 then 'it''s "new"' when i % 3 = 0 then 'open' else 'done' end, repeat('x', 90)
    from generate_series(1, 60000) i;
  create index on jobs ("State");
  analyze jobs`;

describe('diagnose/generic-plan-sensitive', () => {
  it('finds a statement whose generic plan is far from the best plan for a rare value', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      const statement = await planned(db, 'select * from jobs where "State" = $1', {
        common: 'done',
        rare: `it's "new"`,
      });
      const { findings } = await diagnosePlans(genericPlanSensitive, db, [statement]);
      expect(findings).toMatchObject([
        {
          severity: 'info',
          subject: { kind: 'statement', queryId: '7' },
          evidence: { valueKind: 'rare' },
          threshold: { key: 'diagnose.generic-plan-sensitive.minimum-factor-count', value: 10 },
          remedy: expect.stringContaining('force_custom_plan'),
        },
      ]);
      expect(findings[0]?.evidence['factorCount']).toBeGreaterThan(10);
    }));

  it('is silent where the plan is the same for all values, cheap, or only generic', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      const statements = [
        await planned(db, 'select * from jobs where id = $1', { common: '7', rare: '9' }),
        await planned(db, 'select * from jobs where body = $1', { common: 'x', rare: 'y' }),
        await planned(db, 'select * from jobs where "State" = $1', {}),
      ];
      expect((await diagnosePlans(genericPlanSensitive, db, statements)).findings).toEqual([]);
    }));

  it('is unavailable without plans', () =>
    withDatabase(async (db) => {
      const { unavailable } = await diagnosePlans(genericPlanSensitive, db, null);
      expect(unavailable).toMatchObject([{ id: 'diagnose/generic-plan-sensitive' }]);
    }));
});
