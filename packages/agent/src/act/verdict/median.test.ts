import { expect, it } from 'vitest';
import { median, weightedMedian } from './median.ts';

it('is the middle, or between the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBe(0);
});

it('counts each value by its weight', () => {
  const items = [
    { value: 1, weight: 1 },
    { value: 2, weight: 1 },
    { value: 9, weight: 3 },
  ];
  expect(weightedMedian(items)).toBe(9);
});
