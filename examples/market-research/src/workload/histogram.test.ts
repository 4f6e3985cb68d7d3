import { describe, expect, test } from 'vitest';
import { createRandom } from '../generate/random.ts';
import { createHistogram } from './histogram.ts';

describe('createHistogram', () => {
  test('keeps percentiles within 1 % of the exact ones from microseconds to minutes', () => {
    const random = createRandom(5);
    const values = Array.from({ length: 50_000 }, () => Math.exp(random() * 18 - 7));
    const histogram = createHistogram();
    for (const value of values) histogram.record(value);
    const sorted = [...values].sort((one, other) => one - other);
    for (const share of [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      expect(Math.abs(histogram.percentileMs(share) / exact - 1)).toBeLessThan(0.01);
    }
    expect(histogram.count()).toBe(50_000);
    expect(histogram.maxMs()).toBe(sorted.at(-1));
    expect(histogram.meanMs()).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 50_000, 6);
  });

  test('keeps powers of two and their neighbours in the right step', () => {
    for (let power = 0; power < 30; power += 1) {
      for (const microseconds of [2 ** power, 2 ** power * (1 - 1e-15), 2 ** power * (1 + 1e-15)]) {
        const histogram = createHistogram();
        histogram.record(microseconds / 1000);
        histogram.record(1e7);
        expect(Math.abs((histogram.percentileMs(0.5) * 1000) / microseconds - 1)).toBeLessThan(0.01);
      }
    }
  });

  test('gives zeros without a record and bounds what is out of range', () => {
    const histogram = createHistogram();
    expect([histogram.percentileMs(0.95), histogram.meanMs(), histogram.maxMs()]).toEqual([0, 0, 0]);
    histogram.record(0);
    histogram.record(1e12);
    expect(histogram.count()).toBe(2);
    expect(histogram.percentileMs(0.1)).toBeLessThan(0.01);
  });
});
