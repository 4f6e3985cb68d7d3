import { expect, it } from 'vitest';
import { holmAdjust } from './holm.ts';

it('multiplies the smallest by all, the next by one less, and keeps their order', () => {
  const [third, first, second] = holmAdjust([0.5, 0.01, 0.015]);
  expect(first).toBeCloseTo(0.03);
  expect(second).toBeCloseTo(0.03);
  expect(third).toBeCloseTo(0.5);
  expect(holmAdjust([0.9, 0.8])).toEqual([1, 1]);
  expect(holmAdjust([])).toEqual([]);
});
