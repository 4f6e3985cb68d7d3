import { expect, it } from 'vitest';
import { groupSkipped } from './skipped.ts';

it('counts statements that were left out for one reason, wherever in them it lies', () => {
  const ambiguous = 'function generate_series(unknown, unknown) is not unique';
  const skipped = [
    { id: '1', sql: 'begin', reason: 'a utility statement has no plan' },
    {
      id: '2',
      sql: 'select * from generate_series($1, $2)',
      reason: `${ambiguous} (line 1, column 15: generate_series($1, $2)). Add casts`,
    },
    { id: '3', sql: 'begin', reason: 'a utility statement has no plan' },
    {
      id: '4',
      sql: 'insert into t select generate_series($1, $2)',
      reason: `${ambiguous} (line 1, column 22: generate_series($1, $2)). Add casts`,
    },
    { id: '5', sql: 'commit', reason: 'a utility statement has no plan' },
    { id: '6', sql: 'select x from t', reason: 'column "x" does not exist (line 1, column 8: x from t)' },
  ];
  expect(groupSkipped(skipped, 60)).toEqual([
    { reason: 'a utility statement has no plan', count: 3, statements: ['2 × begin', 'commit'] },
    { reason: `${ambiguous}. Add casts`, count: 2, statements: [skipped[1]?.sql, skipped[3]?.sql] },
    {
      reason: 'column "x" does not exist (line 1, column 8: x from t)',
      count: 1,
      statements: ['select x from t'],
    },
  ]);
});
