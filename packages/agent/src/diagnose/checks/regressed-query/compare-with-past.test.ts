import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWithPast } from './compare-with-past.ts';

describe('a value against its past', () => {
  it('is measured by the median, whatever one wild hour did', () => {
    expect(compareWithPast(30, [10, 11, 9, 10, 900])).toMatchObject({ median: 10, factor: 3 });
  });

  it('knows no deviation in a past that never moved', () => {
    expect(compareWithPast(10, [10, 10, 10]).deviations).toBe(0);
    expect(compareWithPast(11, [10, 10, 10]).deviations).toBe(Number.MAX_VALUE);
  });

  it('does not depend on the unit', () => {
    const values = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1e6, noNaN: true }), (past, value) => {
        const one = compareWithPast(value, past);
        const scaled = compareWithPast(
          value * 8,
          past.map((each) => each * 8),
        );
        expect(scaled.factor).toBeCloseTo(one.factor, 6);
        if (one.deviations < 1e6) expect(scaled.deviations).toBeCloseTo(one.deviations, 3);
      }),
    );
  });
});
