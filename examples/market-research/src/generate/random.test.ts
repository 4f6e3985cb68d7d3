import { describe, expect, test } from 'vitest';
import { createRandom, mixSeeds, zipf } from './random.ts';

describe('createRandom', () => {
  test('repeats for the same words and differs for others', () => {
    const take = (...words: number[]): number[] => {
      const random = createRandom(...words);
      return Array.from({ length: 5 }, random);
    };
    expect(take(1, 2, 3)).toEqual(take(1, 2, 3));
    expect(take(1, 2, 3)).not.toEqual(take(1, 3, 2));
    expect(mixSeeds(1)).not.toBe(mixSeeds(2));
  });

  test('is even over [0, 1)', () => {
    const random = createRandom(7);
    const slots = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const value = random();
      const slot = Math.floor(value * 10);
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    for (const count of slots) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('zipf', () => {
  test.each([0.5, 0.6, 1])('keeps within its ranks for exponent %s', (exponent) => {
    for (const u of [0, 0.1, 0.5, 0.999_999_999]) {
      const rank = zipf(u, 50, exponent);
      expect(rank).toBeGreaterThanOrEqual(0);
      expect(rank).toBeLessThan(50);
    }
    expect(zipf(0, 50, exponent)).toBe(0);
    expect(zipf(0.999_999_999, 50, exponent)).toBe(49);
  });

  test('gives the first rank ln 2 / ln (size + 1) of all draws at exponent 1', () => {
    const random = createRandom(3);
    let first = 0;
    for (let draw = 0; draw < 100_000; draw += 1) if (zipf(random(), 50_000, 1) === 0) first += 1;
    expect(first / 100_000).toBeCloseTo(Math.log(2) / Math.log(50_001), 2);
  });
});
