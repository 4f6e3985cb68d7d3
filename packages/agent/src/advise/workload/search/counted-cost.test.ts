import { describe, expect, it } from 'vitest';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { type PlanNode, readPlan } from '../../../planner/index.ts';
import { countedCost } from './counted-cost.ts';

const SETUP = `
  create table jobs (id int primary key, status text, created int, body text);
  insert into jobs select i, case when i > 19990 then 'pending' else 'done' end, i, repeat('x', 50) from generate_series(1, 20000) i;
  create index jobs_created on jobs (created);
  analyze jobs`;

const WALK = `select * from jobs where status = 'pending' order by created limit 1`;

describe('what a plan counts', () => {
  it('is its cost, and a share of a filtered walk that LIMIT ends early', async () => {
    await withDatabase(async (db) => {
      await db.query(SETUP);
      const plan = async (sql: string): Promise<PlanNode> =>
        readPlan((await db.query(`explain (format json) ${sql}`))[0]?.['QUERY PLAN']).root;
      const excess = async (sql: string): Promise<number> => {
        const root = await plan(sql);
        return countedCost(root, 0.5) - root.totalCost;
      };
      await db.query('set enable_seqscan = off');
      const walk = await plan(WALK);
      const whole = walk.children[0]?.totalCost ?? 0;
      expect(walk.type).toBe('Limit');
      expect(countedCost(walk, 0.5)).toBeCloseTo(walk.totalCost + (whole - walk.totalCost) / 2);
      expect(countedCost(walk, 0)).toBe(walk.totalCost);
      const locked = `update jobs set status = 'done' where id = (${WALK} for update skip locked)`;
      expect(await excess(locked.replace('select *', 'select id'))).toBeGreaterThan(whole * 0.4);
      // Without a filter the walk ends where the planner says; a sort reads all before its first row.
      expect(await excess('select * from jobs order by created limit 1')).toBe(0);
      expect(await excess(`select * from jobs where status = 'pending' order by body limit 1`)).toBe(0);
      await db.query('create index jobs_open on jobs (status, created)');
      expect(await excess(WALK)).toBe(0);
    });
  });
});
