import { expect, it } from 'vitest';
import { oncePer } from './once-per.ts';

it('computes once for each object, undefined included', () => {
  let calls = 0;
  const lengthOf = oncePer((list: readonly number[]) => {
    calls += 1;
    return list.length === 0 ? undefined : list.length;
  });
  const [one, empty] = [[1], []];
  expect([lengthOf(one), lengthOf(one), lengthOf(empty), lengthOf(empty)]).toEqual([
    1,
    1,
    undefined,
    undefined,
  ]);
  expect(calls).toBe(2);
  expect(lengthOf([1])).toBe(1);
  expect(calls).toBe(3);
});
