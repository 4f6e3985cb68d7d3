import { describe, expect, it } from 'vitest';
import { isOpen, wrongSchedule } from '../../schedule/index.ts';
import type { MaintenanceWindow } from '../types.ts';
import { windowOf } from './windows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const nightly = (changes: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  name: 'nightly',
  cron: '30 2 * * *',
  durationMs: HOUR_MS,
  timeZone: 'Europe/Berlin',
  matchers: [],
  ...changes,
});

/** Gives the minutes of a span in which a window is open, as `begin/end` pairs, the end not included. */
function openSpans(window: MaintenanceWindow, from: string, to: string): readonly string[] {
  const spans: string[] = [];
  let begin: string | null = null;
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += MINUTE_MS) {
    const now = new Date(ms);
    const text = now.toISOString().slice(0, 16);
    if (isOpen(window, now) === (begin !== null)) continue;
    if (begin !== null) spans.push(`${begin}/${text}`);
    begin = begin === null ? text : null;
  }
  return spans;
}

describe('a maintenance window', () => {
  it('opens by the clock of its time zone and is closed at its end', () => {
    expect(openSpans(nightly(), '2026-01-10T00:00Z', '2026-01-11T00:00Z')).toEqual([
      '2026-01-10T01:30/2026-01-10T02:30',
    ]);
    expect(openSpans(nightly(), '2026-07-10T00:00Z', '2026-07-11T00:00Z')).toEqual([
      '2026-07-10T00:30/2026-07-10T01:30',
    ]);
    expect(isOpen(nightly(), new Date('2026-01-10T02:29:59.999Z'))).toBe(true);
    expect(isOpen(nightly(), new Date('2026-01-10T01:29:59.999Z'))).toBe(false);
  });

  it('opens when the clocks go forward past its beginning, for as long as ever', () => {
    expect(openSpans(nightly(), '2026-03-28T20:00Z', '2026-03-29T20:00Z')).toEqual([
      '2026-03-29T01:00/2026-03-29T02:00',
    ]);
  });

  it('opens once when the clocks go back over its beginning', () => {
    expect(openSpans(nightly(), '2026-10-24T20:00Z', '2026-10-25T20:00Z')).toEqual([
      '2026-10-25T00:30/2026-10-25T01:30',
    ]);
  });

  it('lasts as long as it says over a change of the clocks', () => {
    const long = nightly({ cron: '0 1 * * *', durationMs: 4 * HOUR_MS });
    expect(openSpans(long, '2026-03-28T20:00Z', '2026-03-29T20:00Z')).toEqual([
      '2026-03-29T00:00/2026-03-29T04:00',
    ]);
    expect(openSpans(long, '2026-10-24T20:00Z', '2026-10-25T20:00Z')).toEqual([
      '2026-10-24T23:00/2026-10-25T03:00',
    ]);
  });

  it('mutes what it matches, all without matchers', () => {
    const open = new Date('2026-01-10T02:00Z');
    const shop = nightly({ matchers: [{ label: 'target', operator: '=', value: 'shop' }] });
    expect(windowOf({ target: 'shop' }, [shop], open)?.name).toBe('nightly');
    expect(windowOf({ target: 'billing' }, [shop], open)).toBeNull();
    expect(windowOf({ target: 'billing' }, [shop, nightly({ name: 'all' })], open)?.name).toBe('all');
  });

  it.each([
    [{ cron: '61 * * * *', timeZone: 'UTC' }, /minute|61/i],
    [{ cron: 'often', timeZone: 'UTC' }, /./],
    [{ cron: '0 2 * * *', timeZone: 'Mars/Olympus' }, /time ?zone/i],
    [{ cron: '0 0 31 2 *', timeZone: 'UTC' }, /never/],
  ])('is refused when it cannot be: %o', (schedule, reason) => {
    expect(wrongSchedule(schedule)).toMatch(reason);
    expect(wrongSchedule({ cron: '0 2 * * 7', timeZone: 'America/New_York' })).toBeNull();
  });
});
