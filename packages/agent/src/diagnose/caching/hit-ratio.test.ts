import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CacheUse, predictHitRatio } from './hit-ratio.ts';
import { combineKeys, countKeys, equalKeys, type KeySpace, keysOfColumn } from './key-space.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;
const one = (use: Partial<CacheUse>): number =>
  predictHitRatio({
    keys: equalKeys(1),
    readsPerSecond: 1,
    ttlMs: FOR_EVER,
    invalidationsPerSecond: 0,
    ...use,
  });

/** Below 1e-300 a double has no digits left to compare. */
const rates = fc.double({ min: 0, max: 1e4, noNaN: true }).map((rate) => (rate < 1e-300 ? 0 : rate));
const uses = fc.record({
  keys: fc
    .array(
      fc.record({ keysCount: fc.integer({ min: 1, max: 1e6 }), weight: fc.integer({ min: 1, max: 100 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((groups): KeySpace => {
      const sum = groups.reduce((total, { weight }) => total + weight, 0);
      return groups.map(({ keysCount, weight }) => ({ keysCount, readsRatio: weight / sum }));
    }),
  readsPerSecond: rates,
  ttlMs: fc.integer({ min: 1, max: 86_400_000 }),
  invalidationsPerSecond: rates,
});
const NOISE = 1e-9;

describe('predicted hit ratio', () => {
  it('is that of the renewal model: a time, changes, and both', () => {
    expect(one({ ttlMs: 9_000 })).toBeCloseTo(0.9, 12);
    expect(one({ invalidationsPerSecond: 0.25 })).toBeCloseTo(0.8, 12);
    expect(one({ invalidationsPerSecond: 0.25, ttlMs: 1e9 })).toBeCloseTo(0.8, 12);
    expect(one({ invalidationsPerSecond: 1e-12, ttlMs: 9_000 })).toBeCloseTo(0.9, 6);
    expect(one({ keys: equalKeys(10), ttlMs: 90_000 })).toBeCloseTo(0.9, 12);
    expect(one({})).toBe(1);
    expect(one({ readsPerSecond: 0, ttlMs: 1_000 })).toBe(0);
  });

  it('never leaves 0..1 and grows with the time, with reads and with fewer changes', () => {
    fc.assert(
      fc.property(uses, fc.double({ min: 1, max: 100, noNaN: true }), (use, factor) => {
        const ratio = predictHitRatio(use);
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThanOrEqual(1 + NOISE);
        const more: readonly Partial<CacheUse>[] = [
          { ttlMs: use.ttlMs * factor },
          { readsPerSecond: use.readsPerSecond * factor },
          { invalidationsPerSecond: use.invalidationsPerSecond / factor },
        ];
        for (const changed of more) {
          expect(predictHitRatio({ ...use, ...changed })).toBeGreaterThanOrEqual(ratio - NOISE);
        }
      }),
    );
  });

  it.each([
    { name: 'a time alone', ttlSeconds: 60, changesPerSecond: 0 },
    { name: 'changes alone', ttlSeconds: 1e9, changesPerSecond: 0.02 },
    { name: 'a time and changes', ttlSeconds: 60, changesPerSecond: 0.02 },
  ])('is what simulated reads of Zipf keys hit, with $name', ({ ttlSeconds, changesPerSecond }) => {
    const frequencies = zipf(2_000);
    const simulated = simulate(frequencies, { readsPerSecond: 200, ttlSeconds, changesPerSecond });
    const use = { readsPerSecond: 200, ttlMs: ttlSeconds * 1_000, invalidationsPerSecond: changesPerSecond };
    const exact = frequencies.map((readsRatio) => ({ keysCount: 1, readsRatio }));
    expect(Math.abs(predictHitRatio({ ...use, keys: exact }) - simulated)).toBeLessThan(0.01);
    // What pg_stats keeps of the same column: a hundred common values, and how many there are.
    const common = frequencies.slice(0, 100);
    const keys = keysOfColumn({
      distinctCount: frequencies.length,
      commonCount: common.length,
      highestFrequency: common[0] ?? 0,
      lowestFrequency: common.at(-1) ?? 0,
      commonFrequencySum: common.reduce((sum, share) => sum + share, 0),
      nullRatio: 0,
    });
    expect(Math.abs(predictHitRatio({ ...use, keys }) - simulated)).toBeLessThan(0.03);
  });
});

describe('keys', () => {
  it('keep their number and their shares when they are combined', () => {
    const pairs = combineKeys(equalKeys(20), [
      { keysCount: 1, readsRatio: 0.5 },
      { keysCount: 99, readsRatio: 0.5 },
    ]);
    expect(countKeys(pairs)).toBe(2_000);
    expect(pairs.reduce((sum, { readsRatio }) => sum + readsRatio, 0)).toBeCloseTo(1, 12);
    expect(pairs).toHaveLength(2);
  });

  it('are few groups however many values a column has', () => {
    const column = { distinctCount: 1e7, commonCount: 1_000, highestFrequency: 0.2, lowestFrequency: 1e-5 };
    const keys = keysOfColumn({ ...column, commonFrequencySum: 0.7, nullRatio: 0.1 });
    expect(countKeys(keys)).toBe(1e7);
    expect(keys.length).toBeLessThan(80);
    expect(combineKeys(combineKeys(keys, keys), keys).length).toBeLessThan(250);
  });
});

function zipf(size: number): readonly number[] {
  const weights = Array.from({ length: size }, (_, rank) => 1 / (rank + 1));
  const sum = weights.reduce((total, one) => total + one, 0);
  return weights.map((weight) => weight / sum);
}

interface Traffic {
  readonly readsPerSecond: number;
  readonly ttlSeconds: number;
  /** Of each key. */
  readonly changesPerSecond: number;
}

/** Draws reads and changes as they come, key by key, for an hour, and counts the hits. */
function simulate(frequencies: readonly number[], traffic: Traffic): number {
  const random = mulberry32(7);
  const wait = (rate: number): number =>
    rate === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random()) / rate;
  let reads = 0;
  let hits = 0;
  for (const frequency of frequencies) {
    const rate = traffic.readsPerSecond * frequency;
    let change = wait(traffic.changesPerSecond);
    let endsAt = Number.NEGATIVE_INFINITY;
    for (let at = wait(rate); at < 3_600; at += wait(rate)) {
      for (; change <= at; change += wait(traffic.changesPerSecond)) endsAt = Math.min(endsAt, change);
      reads += 1;
      if (at < endsAt) hits += 1;
      else endsAt = at + traffic.ttlSeconds;
    }
  }
  return hits / reads;
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
