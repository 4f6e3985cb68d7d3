import { describe, expect, it } from 'vitest';
import { seeded } from './fixtures.ts';
import { type Point, theilSen } from './theil-sen.ts';

const line = (count: number, perMs: number, noise: () => number = () => 0): readonly Point[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: index, value: 100 + perMs * index + noise() }));

describe('theilSen', () => {
  it('finds the slope of a line exactly, and nothing in one point', () => {
    expect(theilSen(line(30, 2))).toEqual({ perMs: 2, lowPerMs: 2, highPerMs: 2 });
    expect(theilSen(line(1, 2))).toBeNull();
    expect(theilSen([])).toBeNull();
  });

  it('does not let a quarter of wild points move it', () => {
    const points = line(40, 2).map((point, index) =>
      index % 4 === 1 ? { ...point, value: point.value + 1_000 } : point,
    );
    expect(theilSen(points)?.perMs).toBeCloseTo(2, 0);
  });

  it('scales with the values, turns with their sign, and does not care where they begin', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seeded(seed);
      const points = line(20, random() * 4 - 2, () => random() * 10);
      const slope = theilSen(points);
      const moved = theilSen(points.map(({ atMs, value }) => ({ atMs: atMs + 7, value: 5 - 3 * value })));
      if (slope === null || moved === null) throw new Error('no slope');
      expect(moved.perMs).toBeCloseTo(-3 * slope.perMs, 9);
      expect(moved.lowPerMs).toBeCloseTo(-3 * slope.highPerMs, 9);
      expect(slope.lowPerMs).toBeLessThanOrEqual(slope.perMs);
      expect(slope.highPerMs).toBeGreaterThanOrEqual(slope.perMs);
    }
  });

  it.each([14, 30, 90])(
    'holds the true slope in its interval in about 95 of 100 cases: %i points',
    (count) => {
      let held = 0;
      const runs = 400;
      for (let seed = 1; seed <= runs; seed += 1) {
        const random = seeded(seed * 7_919);
        // A sum of uniform numbers is about normal.
        const noise = (): number => 20 * Array.from({ length: 6 }, random).reduce((a, b) => a + b - 0.5, 0);
        const slope = theilSen(line(count, 2, noise));
        if (slope !== null && slope.lowPerMs <= 2 && slope.highPerMs >= 2) held += 1;
      }
      expect(held / runs).toBeGreaterThan(0.92);
      expect(held / runs).toBeLessThan(0.995);
    },
  );
});
