import { describe, expect, it } from 'vitest';
import { withDatabase } from '../../../../test/support/index.ts';
import type { Plan } from './plan.ts';
import { readPlan } from './read-plan.ts';
import { planShares } from './shares.ts';
import { planNodes } from './walk.ts';

const SETUP = `
  create table a (id int primary key, k int, body text);
  insert into a select i, i % 100, repeat('x', 50) from generate_series(1, 20000) i;
  create table b (id int primary key, a int);
  insert into b select i, i from generate_series(1, 2000) i;
  analyze a; analyze b`;

const STATEMENTS: readonly string[] = [
  'select * from a join b on b.a = a.id where a.k = 3 order by a.body limit 5',
  'with c as materialized (select k, count(*) n from a group by k) select * from c x join c y using (n)',
  'select (select count(*) from b where b.a = a.id) from a where k = 1',
  'select * from a order by id limit 3',
  'with recursive r(i) as (select 1 union all select i + 1 from r where i < 100) select * from r join a on a.id = r.i',
  'set enable_hashjoin = off; set enable_mergejoin = off; select * from b join a on b.a = a.id',
  'set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; select count(*) from a join b on a.id = b.a',
  'select * from a where id = any(array(select a from b where id < 10)) and exists (select 1 from b where b.id = 3)',
];

/** Each statement planned and then measured. */
async function plans(): Promise<readonly Plan[]> {
  return withDatabase(async (db) => {
    await db.query(SETUP);
    const found: Plan[] = [];
    for (const statement of STATEMENTS) {
      const parts = statement.split('; ');
      for (const setting of parts.slice(0, -1)) await db.query(setting);
      for (const how of ['format json', 'analyze, format json']) {
        const [row] = await db.query<Record<string, unknown>>(`explain (${how}) ${parts.at(-1)}`);
        found.push(readPlan(row?.['QUERY PLAN']));
      }
      await db.query('reset all');
    }
    return found;
  });
}

describe('planShares', () => {
  it('adds up to the whole for joins, CTEs, subplans, limits, recursion and workers', async () => {
    const all = await plans();
    expect(all).toHaveLength(2 * STATEMENTS.length);
    for (const plan of all) {
      const shares = planShares(plan);
      const nodes = planNodes(plan.root);
      expect([...shares.keys()].toSorted((x, y) => x - y)).toEqual(nodes.map((node) => node.id));
      const sum = [...shares.values()].reduce((total, share) => total + share.selfRatio, 0);
      expect(sum).toBeCloseTo(1, 6);
      for (const { selfRatio, totalRatio } of shares.values()) {
        expect(selfRatio).toBeGreaterThanOrEqual(0);
        expect(totalRatio).toBeLessThanOrEqual(1 + 1e-9);
        expect(totalRatio).toBeGreaterThanOrEqual(selfRatio - 1e-9);
      }
    }
  });

  it('gives the inner side of a nested loop the cost of all its runs', async () => {
    const plan = (await plans())[10] as Plan;
    const inner = planNodes(plan.root).find((node) => node.relationship === 'Inner');
    const share = planShares(plan).get(inner?.id ?? -1);
    expect(plan.root.type).toBe('Nested Loop');
    expect(share?.selfCost).toBeGreaterThan(100 * (inner?.totalCost ?? Number.NaN));
    expect(share?.selfRatio).toBeGreaterThan(0.5);
  });

  it('counts a CTE where it is read', async () => {
    const plan = (await plans())[3] as Plan;
    const cte = planNodes(plan.root).find((node) => node.details['Subplan Name'] === 'CTE c');
    const share = planShares(plan).get(cte?.id ?? -1)?.totalMs ?? Number.NaN;
    // Its readers claim a little more than they have where the clock was read between them: all are scaled to fit.
    expect(share / (cte?.actualMs ?? Number.NaN)).toBeGreaterThan(0.9);
    expect(share / (cte?.actualMs ?? Number.NaN)).toBeLessThanOrEqual(1 + 1e-9);
  });
});
