import { beforeAll, describe, expect, it } from 'vitest';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { loadParser } from '../../../sql/index.ts';
import { deepOffset } from './check.ts';

const SETUP = `
  create table items (id int primary key, "Price" int);
  insert into items select i, i % 97 from generate_series(1, 20000) i;
  analyze items`;
const DEEP = 'select * from items order by "Price", id limit 20 offset 15000';

beforeAll(loadParser);

describe('diagnose/deep-offset', () => {
  it.each(availableMajors())(
    'finds a deep page, measured or from its text, and names the keys to page by (PostgreSQL %i)',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(SETUP);
          for (const kind of ['analyzed', 'literal'] as const) {
            const { findings } = await diagnosePlans(deepOffset, db, [await planStatement(db, DEEP, kind)]);
            expect(findings, kind).toMatchObject([
              {
                id: 'diagnose/deep-offset',
                severity: 'info',
                evidence: {
                  skippedRows: 15_000,
                  returnedRows: 20,
                  isMeasured: kind === 'analyzed',
                  sortKey: ['"Price"', 'id'],
                },
                threshold: { key: 'diagnose.deep-offset.minimum-factor-count', value: 100 },
                remedy: expect.stringContaining('remember ("Price", id) and a unique column of the last row'),
              },
            ]);
          }
        },
        { major },
      ),
  );

  it('reads the page from the values of parameters, and never counts more rows than there are', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      await db.query('prepare page(int, int) as select * from items order by id limit $1 offset $2');
      const planned = await planStatement(db, 'execute page(10, 900000)', 'literal');
      const text = 'select * from items order by id limit $1 offset $2';
      const withValues = {
        ...planned,
        text,
        plans: planned.plans.map((plan) => ({ ...plan, values: ['10', '900000'] })),
      };
      const { findings } = await diagnosePlans(deepOffset, db, [withValues]);
      expect(findings).toMatchObject([{ evidence: { skippedRows: 20_000, returnedRows: 1 } }]);
      const unknown = { ...withValues, plans: planned.plans };
      expect((await diagnosePlans(deepOffset, db, [unknown])).findings).toEqual([]);
    }));

  it('is silent about first pages, large pages and LIMIT alone', () =>
    withDatabase(async (db) => {
      await db.query(SETUP);
      for (const sql of [
        'select * from items order by id limit 20 offset 40',
        'select * from items order by id limit 5000 offset 10000',
        'select * from items limit 10',
        'select * from items where "Price" = 5 order by id limit 1',
      ]) {
        for (const kind of ['analyzed', 'literal'] as const) {
          const plan = await planStatement(db, sql, kind);
          expect((await diagnosePlans(deepOffset, db, [plan])).findings, sql).toEqual([]);
        }
      }
      expect((await diagnosePlans(deepOffset, db, null)).unavailable).toMatchObject([
        { id: 'diagnose/deep-offset', remedy: 'run `pgsteward explain` on a statement' },
      ]);
    }));
});
