import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../observe/index.ts';
import { NO_START_TIMES, type StartTimes, startClock } from './start-times.ts';

interface Reading {
  readonly second: number;
  /** Null when the counter is not there. */
  readonly value: number | null;
  /** When the source says that it began, in seconds; null when it does not say. */
  readonly since?: number | null;
  /** When the server started, in seconds; null when it does not answer. */
  readonly server?: number | null;
}

const at = (second: number): Date => new Date(second * 1_000);

/** Gives the start of a counter at each reading, in seconds; null where it was not there. */
function startsOf(readings: readonly Reading[]): readonly (number | null)[] {
  let before: StartTimes = NO_START_TIMES;
  return readings.map(({ second, value, since = null, server = 1 }) => {
    const capabilities = server === null ? null : ({ serverStartedAt: at(server) } as Capabilities);
    const clock = startClock(before, { server: capabilities, readAt: at(second) });
    const sample = {
      labels: { target: 'shop' },
      value: value ?? 0,
      since: since === null ? null : at(since),
    };
    const start = value === null ? null : clock.startOf('calls', sample) / 1_000;
    before = clock.next();
    return start;
  });
}

describe('the start of a counter', () => {
  it('is what its source says, as long as it grows', () => {
    const readings = [100, 160, 220].map((second) => ({ second, value: second, since: 10 }));
    expect(startsOf(readings)).toEqual([10, 10, 10]);
  });

  it('is the first reading where the source does not say', () => {
    const readings = [100, 160, 220].map((second) => ({ second, value: 7 }));
    expect(startsOf(readings)).toEqual([100, 100, 100]);
  });

  it('is never after the reading, though the clock of the server is ahead', () => {
    expect(
      startsOf([
        { second: 100, value: 1, since: 105 },
        { second: 160, value: 2, since: 105 },
      ]),
    ).toEqual([100, 100]);
  });

  it('is the reset when it fell since', () => {
    const readings = [
      { second: 100, value: 50, since: 10 },
      { second: 160, value: 3, since: 130 },
      { second: 220, value: 4, since: 130 },
    ];
    expect(startsOf(readings)).toEqual([10, 130, 130]);
  });

  it('is the reading when it fell and nobody says why: an evicted share of a statement grew not', () => {
    const readings = [
      { second: 100, value: 50, since: 10 },
      { second: 160, value: 40, since: 10 },
      { second: 220, value: 41, since: 10 },
    ];
    expect(startsOf(readings)).toEqual([10, 160, 160]);
  });

  it('is the reading when only another counter of its source was reset', () => {
    const readings = [
      { second: 100, value: 50, since: 10 },
      { second: 160, value: 60, since: 130 },
    ];
    expect(startsOf(readings)).toEqual([10, 160]);
  });

  it('is the reading on another server, whose years would be growth otherwise', () => {
    const readings = [
      { second: 100, value: 50, server: 1 },
      { second: 160, value: 9_000, server: 2 },
      { second: 220, value: 9_001, server: 2 },
    ];
    expect(startsOf(readings)).toEqual([100, 160, 160]);
  });

  it('is kept while the server does not answer, unless it comes back as another run', () => {
    const silence = { second: 160, value: null, server: null };
    const before = { second: 100, value: 50 };
    expect(startsOf([before, silence, { second: 220, value: 51 }])).toEqual([100, null, 100]);
    expect(startsOf([before, silence, { second: 220, value: 51, server: 150 }])).toEqual([100, null, 220]);
  });

  it('is forgotten when the counter is gone', () => {
    const readings = [
      { second: 100, value: 50 },
      { second: 160, value: null },
      { second: 220, value: 51 },
    ];
    expect(startsOf(readings)).toEqual([100, null, 220]);
  });
});
