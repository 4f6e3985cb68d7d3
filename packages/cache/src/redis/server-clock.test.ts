import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createServerClock, type ServerClock } from './server-clock.ts';

let clock: ServerClock;
let ownMs = 0;
/** Reads the server's clock, which is ahead of ours by so much. */
const learn = (aheadMs: number, tookMs = 2): void => {
  const beginMs = ownMs;
  ownMs += tookMs;
  clock.learn({ serverMs: beginMs + tookMs / 2 + aheadMs, beginMs, endMs: ownMs });
};

beforeEach(() => {
  ownMs = 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => ownMs);
  clock = createServerClock();
  learn(1_000_000);
  return () => vi.restoreAllMocks();
});

describe("the server's clock", () => {
  it('tells moments of the server by our own', () => {
    ownMs += 500;
    expect(clock.nowMs()).toBe(ownMs + 1_000_000);
    expect(clock.toOwnMs(ownMs + 1_000_000 - 300)).toBe(ownMs - 300);
  });

  it('is not moved by an answer that was held up', () => {
    const beginMs = ownMs;
    ownMs += 2_000;
    clock.learn({ serverMs: ownMs + 1_000_000, beginMs, endMs: ownMs });
    expect(clock.nowMs()).toBe(ownMs + 1_000_000);
  });

  it('is believed when it was set forward', () => {
    const noted = clock.nowMs();
    learn(1_005_000);
    expect(clock.nowMs()).toBe(ownMs + 1_005_000);
    expect(clock.toOwnMs(noted)).toBeLessThan(ownMs - 5_000);
  });

  it('leaves what was noted before it was set back without an age, and what was noted long after with one', () => {
    const noted = [clock.nowMs() - 10_000, clock.nowMs(), clock.nowMs() + 500];
    learn(995_000);
    ownMs += 5_900;
    for (const atMs of noted) expect(clock.toOwnMs(atMs)).toBe(Number.NEGATIVE_INFINITY);
    ownMs += 200;
    expect(clock.toOwnMs(clock.nowMs())).toBe(ownMs);
  });

  it('gives no age to what lies ahead: another process has heard of it first', () => {
    expect(clock.toOwnMs(clock.nowMs() + 5_000)).toBe(Number.NEGATIVE_INFINITY);
    expect(clock.toOwnMs(clock.nowMs() + 20)).toBe(ownMs + 20);
  });

  it('was set back where it has shown a moment that lies ahead', () => {
    clock.hasShown(clock.nowMs() + 5_000);
    ownMs += 5_500;
    expect(clock.toOwnMs(clock.nowMs() - 1_000)).toBe(Number.NEGATIVE_INFINITY);
  });
});
