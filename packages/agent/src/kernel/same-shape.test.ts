import { expect, it } from 'vitest';
import { sameShape } from './same-shape.ts';

it('copies each object as it is, also one that lacks nothing but has more', () => {
  const copy = sameShape<Readonly<Record<string, number>>>();
  const first = { a: 1, b: 2 };
  expect(copy(first)).toEqual(first);
  expect(copy(first)).not.toBe(first);
  expect(copy({ a: 3, b: 4 })).toEqual({ a: 3, b: 4 });
  expect(copy({ b: 4, a: 3, c: 5 })).toEqual({ a: 3, b: 4, c: 5 });
});
