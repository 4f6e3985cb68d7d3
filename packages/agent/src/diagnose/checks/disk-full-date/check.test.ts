import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import { diskFullDate } from './check.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GB = 1024 ** 3;
const BEGAN_MS = Date.UTC(2026, 0, 1);

/** Sizes hour by hour: 100 GB, and growth by the day. */
const sizes = (
  days: number,
  perDay: number,
  jump: { readonly day: number; readonly by: number } | null = null,
) =>
  Array.from({ length: days * 24 + 1 }, (_, hour) => ({
    atMs: BEGAN_MS + hour * HOUR_MS,
    value: 100 * GB + (perDay * hour) / 24 + (jump !== null && hour / 24 >= jump.day ? jump.by : 0),
  }));
const judge = (databaseBytes: ReturnType<typeof sizes>, limit: string | number = '200 GB') =>
  diagnoseHistory(diskFullDate, { databaseBytes }, { 'target.disk-bytes': limit });

describe('disk-full-date', () => {
  it('names the day, with the days between which it lies', () => {
    const { findings } = judge(sizes(30, GB));
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'database', name: 'test' },
        title:
          'the database reaches the 200 GB that it may have on 2026-04-11 (between 2026-04-11 and 2026-04-11) if it goes on growing by 1 GB a day',
        evidence: { databaseBytes: 130 * GB, limitBytes: 200 * GB },
        threshold: { key: 'diagnose.disk-full-date.warning-ms' },
      },
    ]);
    expect(findings[0]?.evidence['leftMs']).toBeCloseTo(70 * DAY_MS, -6);
  });

  it('is critical below two weeks, and when the limit is reached', () => {
    expect(judge(sizes(30, GB), '140 GB').findings).toMatchObject([{ severity: 'critical' }]);
    expect(judge(sizes(30, GB), '130 GB').findings).toMatchObject([
      { severity: 'critical', title: 'the database has reached the 130 GB that it may have' },
    ]);
  });

  it('keeps quiet about what grows slowly, shrinks, or may stand still', () => {
    for (const perDay of [GB / 10, 0, -GB]) expect(judge(sizes(30, perDay)).findings).toEqual([]);
    const restless = sizes(30, 0).map((point, hour) => ({ ...point, value: point.value + (hour % 49) * GB }));
    expect(judge(restless, '160 GB')).toEqual({ findings: [], unavailable: [] });
  });

  it('moves with its settings', () => {
    const databaseBytes = sizes(30, GB);
    const limits = { 'target.disk-bytes': '200 GB', 'diagnose.disk-full-date.warning-ms': '60 d' };
    expect(diagnoseHistory(diskFullDate, { databaseBytes }, limits).findings).toEqual([]);
  });

  it.each([
    ['without a limit', sizes(30, GB), 0, 'how large the database may become is not known'],
    ['before two weeks', sizes(10, GB), '200 GB', 'the size has been seen for 10 d only'],
    [
      'soon after a jump',
      sizes(30, GB, { day: 25, by: 40 * GB }),
      '200 GB',
      'the size jumped on 2026-01-26: what it grew by before tells nothing',
    ],
  ])('says that it cannot tell %s', (_, databaseBytes, limit, reason) => {
    expect(judge(databaseBytes, limit)).toMatchObject({ findings: [], unavailable: [{ reason }] });
  });

  it('needs the history', () => {
    expect(diagnoseHistory(diskFullDate, null).unavailable).toMatchObject([
      { remedy: 'run `pgsteward serve`' },
    ]);
  });
});
