import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateLatencyQuantile, type LatencySample } from './latency-quantile.ts';

const sample: fc.Arbitrary<LatencySample> = fc
  .record({
    calls: fc.integer({ min: 1, max: 1_000_000 }),
    minMs: fc.double({ min: 0.001, max: 100, noNaN: true }),
    meanFactor: fc.double({ min: 1, max: 50, noNaN: true }),
    maxFactor: fc.double({ min: 1, max: 50, noNaN: true }),
    spread: fc.double({ min: 0, max: 5, noNaN: true }),
  })
  .map(({ calls, minMs, meanFactor, maxFactor, spread }) => {
    const meanMs = minMs * meanFactor;
    return { calls, minMs, meanMs, maxMs: meanMs * maxFactor, stddevMs: meanMs * spread };
  });

const mixture = fc.array(sample, { minLength: 1, maxLength: 20 });
const quantile = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** One log-normal whose extremes cut nothing off. */
function unbounded(mu: number, sigma: number, calls: number): LatencySample {
  const meanMs = Math.exp(mu + sigma ** 2 / 2);
  return { calls, meanMs, stddevMs: meanMs * Math.sqrt(Math.expm1(sigma ** 2)), minMs: 0, maxMs: 0 };
}

describe('estimateLatencyQuantile', () => {
  it('knows nothing without calls', () => {
    expect(estimateLatencyQuantile([], 0.95)).toBeNull();
    expect(
      estimateLatencyQuantile([{ calls: 0, meanMs: 0, stddevMs: 0, minMs: 0, maxMs: 0 }], 0.95),
    ).toBeNull();
  });

  it('grows with the quantile', () => {
    fc.assert(
      fc.property(mixture, quantile, quantile, (samples, a, b) => {
        const low = estimateLatencyQuantile(samples, Math.min(a, b)) ?? Number.NaN;
        const high = estimateLatencyQuantile(samples, Math.max(a, b)) ?? Number.NaN;
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });

  it('lies between the fastest and the slowest call', () => {
    fc.assert(
      fc.property(mixture, quantile, (samples, q) => {
        const estimate = estimateLatencyQuantile(samples, q) ?? Number.NaN;
        expect(estimate).toBeGreaterThanOrEqual(Math.min(...samples.map((s) => s.minMs)) * (1 - 1e-9));
        expect(estimate).toBeLessThanOrEqual(Math.max(...samples.map((s) => s.maxMs)) * (1 + 1e-9));
      }),
    );
  });

  it('is exact for one log-normal, whichever way its calls are split', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 8, noNaN: true }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (mu, sigma, parts) => {
          const samples = Array.from({ length: parts }, () => unbounded(mu, sigma, 100));
          const exact = Math.exp(mu + sigma * 1.6448536269514722);
          expect((estimateLatencyQuantile(samples, 0.95) ?? 0) / exact).toBeCloseTo(1, 4);
        },
      ),
    );
  });

  it('takes a statement of constant latency as it is', () => {
    const constant = { calls: 10, meanMs: 7, stddevMs: 0, minMs: 7, maxMs: 7 };
    expect(estimateLatencyQuantile([constant], 0.95)).toBeCloseTo(7, 9);
    const slow = { calls: 10, meanMs: 300, stddevMs: 0, minMs: 300, maxMs: 300 };
    expect(estimateLatencyQuantile([{ ...constant, calls: 90 }, slow], 0.89)).toBeCloseTo(7, 6);
    expect(estimateLatencyQuantile([{ ...constant, calls: 90 }, slow], 0.95)).toBeCloseTo(300, 6);
  });

  it.each([1, 2, 3, 4, 5])(
    'comes within 10 % of really sampled mixtures of log-normals (seed %i)',
    (seed) => {
      const random = generator(seed);
      const statements = Array.from({ length: 12 }, () => {
        const mu = Math.log(0.1) + random() * Math.log(2_000);
        const sigma = 0.2 + random();
        return Array.from({ length: 500 + Math.floor(random() * 5_000) }, () =>
          Math.exp(mu + sigma * gaussian(random)),
        );
      });
      const all = statements.flat().toSorted((a, b) => a - b);
      const measured = all[Math.ceil(0.95 * all.length) - 1] ?? Number.NaN;
      const estimate = estimateLatencyQuantile(statements.map(summarise), 0.95) ?? Number.NaN;
      expect(Math.abs(estimate / measured - 1)).toBeLessThan(0.1);
    },
  );
});

function summarise(latencies: readonly number[]): LatencySample {
  const calls = latencies.length;
  const meanMs = latencies.reduce((sum, ms) => sum + ms, 0) / calls;
  const variance = latencies.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / calls;
  return {
    calls,
    meanMs,
    stddevMs: Math.sqrt(variance),
    minMs: Math.min(...latencies),
    maxMs: Math.max(...latencies),
  };
}

/** A small generator with a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
