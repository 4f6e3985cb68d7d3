import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecentBumps } from './recent-bumps.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function tagsFrom(first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `t${first + index}`);
}

describe('invalidations to be repeated', () => {
  it('are those of the last minute, each once', () => {
    const recent = createRecentBumps();
    recent.add(['a', 'b']);
    vi.advanceTimersByTime(59_000);
    recent.add(['b', 'c']);
    expect(new Set(recent.list())).toEqual(new Set(['a', 'b', 'c']));
    expect(recent.list()).toHaveLength(3);
  });

  it('are not those of the minute before the last', () => {
    const recent = createRecentBumps();
    recent.add(['a']);
    vi.advanceTimersByTime(61_000);
    recent.add(['b']);
    vi.advanceTimersByTime(61_000);
    recent.add(['c']);
    expect(recent.list()).toEqual(['b', 'c']);
    vi.advanceTimersByTime(121_000);
    expect(recent.list()).toEqual([]);
  });

  it('are all of the namespace for as long as there were more than can be repeated', () => {
    const recent = createRecentBumps();
    recent.add(tagsFrom(0, 10_000));
    expect(recent.list()).toHaveLength(10_000);
    recent.add(['one more']);
    expect(recent.list()).toBeNull();
    vi.advanceTimersByTime(59_000);
    expect(recent.list()).toBeNull();
    vi.advanceTimersByTime(2_000);
    recent.add(['after']);
    expect(recent.list()).toBeNull();
    vi.advanceTimersByTime(61_000);
    expect(recent.list()).toEqual(['after']);
  });

  it('of two minutes that hold less each are still repeated one by one', () => {
    const recent = createRecentBumps();
    recent.add(tagsFrom(0, 9_000));
    vi.advanceTimersByTime(61_000);
    recent.add(tagsFrom(9_000, 9_000));
    expect(recent.list()).toHaveLength(18_000);
  });
});
