import { describe, expect, test } from 'vitest';
import { volumesOf } from '../generate/volumes.ts';
import { mixes, planOperations } from './mix.ts';

const shape = volumesOf(0.01);

describe('planOperations', () => {
  test('gives the n-th operation the same for a seed, in any order of asking', () => {
    const one = planOperations(mixes['as-found'], shape, 9);
    const other = planOperations(mixes['as-found'], shape, 9);
    const forward = [0, 1, 2, 3, 4].map(one);
    expect([4, 3, 2, 1, 0].map(other).reverse()).toEqual(forward);
    expect([0, 1, 2, 3, 4].map(planOperations(mixes['as-found'], shape, 10))).not.toEqual(forward);
  });

  test('keeps the weights', () => {
    const plan = planOperations({ 'product-point': 3, 'user-history': 1 }, shape, 1);
    let points = 0;
    for (let index = 0; index < 4_000; index += 1) if (plan(index).name === 'product-point') points += 1;
    expect(points / 4_000).toBeCloseTo(0.75, 1);
  });

  test('refuses an unknown operation and an empty mix', () => {
    expect(() => planOperations({ nothing: 1 }, shape, 1)).toThrow(/unknown operation "nothing"/);
    expect(() => planOperations({ 'product-point': 0 }, shape, 1)).toThrow(/names no operation/);
  });
});
