import { describe, expect, it } from 'vitest';
import type { TriedRewrite } from '../../../packages/agent/src/advise/index.ts';
import { checkRewrite } from '../../../packages/agent/src/app/rewrites/check-rewrite.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openComparisonConnection, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { withDatabase } from '../../support/index.ts';

const rewritten = (sql: string, parts: Partial<TriedRewrite> = {}): TriedRewrite => ({
  rule: 'rewrite/test',
  title: 'a test',
  source: 'none',
  isOneForMany: false,
  sql,
  exactness: 'conditional',
  constraints: [],
  conditions: ['$1 is a whole number'],
  changes: 'compares otherwise',
  why: 'it is cheaper',
  verdict: 'cheaper',
  beforeCost: 2,
  afterCost: 1,
  refusal: null,
  ...parts,
});

describe('a rewrite that was run', () => {
  it('is called the same only where all runs are, withdrawn with the rows that differ, or not compared and why', () =>
    withDatabase(async (db) => {
      await db.query('create table t as select i as a, i % 3 as b from generate_series(1, 9) i');
      const target = unwrap(parseTarget(db.url, {}, 'test'));
      const connection = await openComparisonConnection(target, { connectTimeoutMs: 5_000 });
      const check = (
        sql: string,
        rewrite: TriedRewrite,
        values: readonly (readonly string[])[] = [],
        isOrderTotal = false,
      ) =>
        checkRewrite(
          rewrite,
          {
            sql,
            sets: values.map((one) => ({ kind: 'common', values: one })),
            isOrderTotal,
            timeoutMs: 5_000,
          },
          connection,
        );
      try {
        const sql = 'select a from t where a = $1::numeric';
        const cast = rewritten('select a from t where a = $1::numeric::int');
        expect(await check(sql, cast, [['1'], ['2']])).toMatchObject({
          label: 'same result on this data',
          runs: [{ compared: { rowsCount: 1 } }, {}],
        });
        expect(await check(sql, cast, [['1'], ['2.2']])).toMatchObject({
          label: 'different',
          runs: [{}, { values: ['2.2'], compared: { what: 'rows', onlyRewritten: ['(2)'] } }],
        });
        expect(await check(sql, cast)).toMatchObject({ label: 'not compared', runs: [] });
        const other = rewritten('select a from t order by a desc limit 2');
        expect(await check('select a from t order by b limit 2', other)).toMatchObject({
          label: 'not compared',
          reason: expect.stringContaining('LIMIT'),
        });
        expect(await check('select a from t order by a limit 2', other, [], true)).toMatchObject({
          label: 'different',
        });
        const broken = rewritten('select nothing from t');
        expect(await check('select a from t', broken)).toMatchObject({ label: 'not compared' });
        const keyed = rewritten('select a from t', { exactness: 'interface' });
        expect(await check('select a from t', keyed)).toMatchObject({ label: 'not compared' });
      } finally {
        await connection.close();
      }
    }));
});
