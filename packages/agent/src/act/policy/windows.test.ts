import { expect, it } from 'vitest';
import { unwrap } from '../../kernel/index.ts';
import { mayActNow, nextWindow, parseWindows } from './windows.ts';

const NIGHTS = '0 2 * * * for 4h in Europe/Berlin; 30 12 * * 6 for 90min';

it('reads windows with their zone, and any time from an empty text', () => {
  expect(unwrap(parseWindows(NIGHTS))).toEqual([
    { cron: '0 2 * * *', durationMs: 14_400_000, timeZone: 'Europe/Berlin' },
    { cron: '30 12 * * 6', durationMs: 5_400_000, timeZone: 'UTC' },
  ]);
  expect(unwrap(parseWindows(''))).toEqual([]);
  expect(mayActNow([], new Date())).toBe(true);
});

it.each([
  ['0 2 * * *', 'It has no length'],
  ['0 2 * * * for ever', 'is no duration'],
  ['0 25 * * * for 1h', ''],
  ['0 2 * * * for 1h in Atlantis', ''],
])('refuses %s', (text, why) => {
  const result = parseWindows(text);
  expect(result.ok).toBe(false);
  expect(result.ok ? '' : `${result.error.code} ${result.error.why}`).toMatch(/^ACT\.WINDOW_INVALID /);
  expect(result.ok ? '' : result.error.why).toContain(why);
});

it('finds the window after this one, so that what is postponed waits while one is open', () => {
  const windows = unwrap(parseWindows(NIGHTS));
  const open = new Date('2026-06-01T01:30:00Z');
  expect(mayActNow(windows, open)).toBe(true);
  expect(nextWindow(windows, open)).toEqual(new Date('2026-06-02T00:00:00Z'));
  const closed = new Date('2026-06-06T11:00:00Z');
  expect(mayActNow(windows, closed)).toBe(false);
  expect(nextWindow(windows, closed)).toEqual(new Date('2026-06-06T12:30:00Z'));
  expect(nextWindow([], closed)).toBeNull();
});
