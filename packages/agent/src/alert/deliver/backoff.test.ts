import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './backoff.ts';

const MAXIMUM_MS = 600_000;
const backoff = (random: number) => ({
  firstDelayMs: 2_000,
  maximumDelayMs: MAXIMUM_MS,
  random: () => random,
});

describe('the wait before another attempt', () => {
  it('has a bound that doubles up to the longest', () => {
    const bounds = [1, 2, 3, 9, 10, 1_000].map((attempts) => retryDelayMs(attempts, null, backoff(1)));
    expect(bounds).toEqual([2_000, 4_000, 8_000, 512_000, MAXIMUM_MS, MAXIMUM_MS]);
  });

  it('may be anything below its bound', () => {
    expect([0, 0.25, 0.5].map((random) => retryDelayMs(2, null, backoff(random)))).toEqual([0, 1_000, 2_000]);
  });

  it('is no shorter than the receiver asks, and no longer than an hour for its sake', () => {
    expect(retryDelayMs(1, 90_000, backoff(0.5))).toBe(90_000);
    expect(retryDelayMs(10, 90_000, backoff(0.5))).toBe(MAXIMUM_MS / 2);
    expect(retryDelayMs(1, 86_400_000, backoff(0.5))).toBe(3_600_000);
  });

  it('is never negative, never beyond both bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.option(fc.nat(), { nil: null }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, asked, random) => {
          const delayMs = retryDelayMs(attempts, asked, backoff(random));
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThanOrEqual(Math.max(MAXIMUM_MS, Math.min(asked ?? 0, 3_600_000)));
        },
      ),
    );
  });
});
