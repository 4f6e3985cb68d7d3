import { describe, expect, it } from 'vitest';
import { readingOf, ruleWith, second } from '../fixtures.ts';
import type { Reading } from '../types.ts';
import { judgeMeasurements, levelOf } from './judge-measurements.ts';

const NAME = 'connections-used-ratio';

function levelsOf(rule: ReturnType<typeof ruleWith>, ...readings: readonly Reading[]) {
  const byName = new Map(
    [NAME, 'wal-bytes-per-second'].map((name) => [name, readings.filter((one) => one.measurement === name)]),
  );
  return judgeMeasurements(rule, byName, second(60)).flatMap(({ instances }) =>
    instances.map(({ level }) => level),
  );
}

describe('the level of a value', () => {
  it.each([
    ['above', 0.81, 'breached'],
    ['above', 0.8, 'between'],
    ['above', 0.7, 'clear'],
    ['above', Number.POSITIVE_INFINITY, 'breached'],
  ] as const)('%s: %d is %s', (direction, value, level) => {
    expect(levelOf({ direction, threshold: 0.8, recoverThreshold: 0.7 }, value)).toBe(level);
  });

  it.each([
    ['below', 0.89, 'breached'],
    ['below', 0.9, 'between'],
    ['below', 0.91, 'clear'],
  ] as const)('%s: %d is %s', (direction, value, level) => {
    expect(levelOf({ direction, threshold: 0.9, recoverThreshold: 0.91 }, value)).toBe(level);
  });
});

it('names the alert by rule, severity, target and sample, which cannot pose as another', () => {
  const labels = { slot: 'a\nb', alertname: 'watchdog', severity: 'info', target: 'other' };
  const [judgement] = judgeMeasurements(
    ruleWith({ labels: { team: 'shop' } }),
    new Map([[NAME, [readingOf(second(50), 0.9, { labels })]]]),
    second(60),
  );
  expect(judgement?.instances).toEqual([
    {
      labels: {
        alertname: 'connections-saturated',
        severity: 'warning',
        target: 'shop',
        team: 'shop',
        slot: String.raw`a\nb`,
      },
      level: 'breached',
      value: 0.9,
      summary: '90 % of shop (more than 80 %)',
    },
  ]);
});

it('is blind without a fresh reading, and not when a reading holds nothing', () => {
  const rule = ruleWith({ noDataMs: 30_000 });
  const empty: Reading = { measurement: NAME, target: 'shop', at: second(50), samples: [] };
  expect(judgeMeasurements(rule, new Map([[NAME, [readingOf(second(29), 0.9)]]]), second(60))).toEqual([]);
  expect(judgeMeasurements(rule, new Map(), second(60))).toEqual([]);
  expect(judgeMeasurements(rule, new Map([[NAME, [empty]]]), second(60))).toMatchObject([{ instances: [] }]);
});

describe('a guard', () => {
  const rule = ruleWith({ guards: [{ measurement: 'wal-bytes-per-second', atLeast: 100 }] });
  const high = readingOf(second(50), 0.9, { labels: { replica: 'a' } });
  const wal = (value: number, at = second(50)): Reading =>
    readingOf(at, value, { measurement: 'wal-bytes-per-second' });

  it('lets a value count only when it is high enough itself', () => {
    expect(levelsOf(rule, high, wal(100))).toEqual(['breached']);
    expect(levelsOf(rule, high, wal(99))).toEqual(['clear']);
  });

  it('makes the rule blind when it is missing or old', () => {
    expect(levelsOf(rule, high)).toEqual([]);
    expect(levelsOf(rule, high, wal(1_000, second(-1_000)))).toEqual([]);
  });
});
