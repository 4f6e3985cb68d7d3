import { describe, expect, it } from 'vitest';
import { seeded } from './fixtures.ts';
import { measureGrowth, timeUntil } from './growth.ts';
import type { Point } from './theil-sen.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ENOUGH_MS = 14 * DAY_MS;

const hourly = (days: number, valueAt: (day: number) => number): readonly Point[] =>
  Array.from({ length: days * 24 + 1 }, (_, hour) => ({ atMs: hour * HOUR_MS, value: valueAt(hour / 24) }));

function growthOf(points: readonly Point[]) {
  const growth = measureGrowth(points, ENOUGH_MS);
  if (growth.kind !== 'growth') throw new Error(growth.kind);
  return { ...growth, perDay: growth.perMs * DAY_MS };
}

describe('measureGrowth', () => {
  it('finds a steady growth, and where it stands', () => {
    const growth = growthOf(hourly(30, (day) => 1_000 + 5 * day));
    expect(growth.perDay).toBeCloseTo(5, 6);
    expect(growth.latest.value).toBe(1_150);
    expect(growth.observedMs).toBeGreaterThan(29 * DAY_MS);
  });

  it('says nothing of less than two weeks', () => {
    expect(
      measureGrowth(
        hourly(13, (day) => 5 * day),
        ENOUGH_MS,
      ),
    ).toMatchObject({ kind: 'too-short' });
    expect(measureGrowth([], ENOUGH_MS)).toEqual({ kind: 'too-short', observedMs: 0 });
  });

  it('counts only what came after a jump, and waits until that is enough', () => {
    const jumpAt = (jump: number) => (day: number) => 1_000 + 5 * day + (day >= jump ? 4_000 : 0);
    expect(measureGrowth(hourly(30, jumpAt(25)), ENOUGH_MS)).toMatchObject({
      kind: 'level-shift',
      shift: { value: expect.closeTo(5_127, -1) },
    });
    const growth = growthOf(hourly(30, jumpAt(10)));
    expect(growth.perDay).toBeCloseTo(5, 1);
    expect(growth.observedMs).toBeLessThan(21 * DAY_MS);
  });

  it('takes rest at weekends, nights and noise for no jump', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = seeded(seed);
      let size = 1_000;
      const growth = growthOf(
        hourly(28, (day) => {
          const isAtWork = Math.floor(day) % 7 < 5 && day % 1 > 0.3;
          size += (isAtWork ? 0.5 : 0) + 0.1 * random();
          return size;
        }),
      );
      const truth = (growth.latest.value - 1_000) / 28;
      expect(growth.lowPerMs * DAY_MS).toBeLessThan(truth);
      expect(growth.highPerMs * DAY_MS).toBeGreaterThan(truth);
    }
  });

  it('foretells the third month from two, within its interval nearly always', () => {
    let held = 0;
    const runs = 100;
    for (let seed = 1; seed <= runs; seed += 1) {
      const random = seeded(seed * 104_729);
      const whole = hourly(
        90,
        (day) => 10_000 + 50 * day + 200 * (random() - 0.5) + 30 * Math.sin(day * 0.9),
      );
      const { latest, lowPerMs, highPerMs } = growthOf(whole.filter(({ atMs }) => atMs <= 60 * DAY_MS));
      const end = whole.at(-1);
      if (end === undefined) throw new Error('no end');
      const leftMs = end.atMs - latest.atMs;
      // The points themselves scatter by 130 around the line.
      const [low, high] = [lowPerMs, highPerMs].map((perMs) => latest.value + perMs * leftMs);
      if (end.value > (low ?? 0) - 260 && end.value < (high ?? 0) + 260) held += 1;
    }
    expect(held / runs).toBeGreaterThanOrEqual(0.95);
  });
});

describe('timeUntil', () => {
  it('is null where nothing grows, and 0 where the limit is past', () => {
    expect(timeUntil(100, 50, 2)).toBe(25);
    expect(timeUntil(100, 50, 0)).toBeNull();
    expect(timeUntil(100, 50, -1)).toBeNull();
    expect(timeUntil(100, 100, -1)).toBe(0);
  });
});
