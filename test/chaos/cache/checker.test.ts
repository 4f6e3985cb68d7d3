import { describe, expect, it } from 'vitest';
import { createChecker } from './checker.ts';
import { NONE, type Read, type Write } from './history.ts';

const HISTORY: readonly Write[] = [
  { row: 1, version: 1, beganMs: 100, endedMs: 110, lsn: 1_000 },
  { row: 1, version: 2, beganMs: 200, endedMs: 260, lsn: 2_000 },
  { row: 1, version: 3, beganMs: 300, endedMs: Number.POSITIVE_INFINITY, lsn: NONE },
  { row: 1, version: 4, beganMs: 1_000, endedMs: 1_010, lsn: 4_000 },
];
const READ: Read = {
  row: 1,
  beganMs: 500,
  endedMs: 501,
  tenant: 1,
  seenTenant: 1,
  version: 2,
  maxStalenessMs: NONE,
  minLsn: NONE,
};
const checker = createChecker(HISTORY, (row) => row % 2);
const kindOf = (read: Partial<Read>): string | null => checker.check({ ...READ, ...read })?.kind ?? null;

describe('the checker takes', () => {
  it.each<[string, Partial<Read>]>([
    ['the newest version', { maxStalenessMs: 0, minLsn: 2_000 }],
    ['an older one within its bound', { version: 1, maxStalenessMs: 241 }],
    ['any older one without a bound', { version: 0 }],
    ['one whose commit had begun, and was not confirmed yet', { beganMs: 210, endedMs: 220, version: 2 }],
    ['one whose commit was never confirmed', { version: 3, maxStalenessMs: 0 }],
    ['the one before it too', { version: 2, maxStalenessMs: 0, beganMs: 900, endedMs: 901 }],
    ['what was committed after the position', { version: 1, minLsn: 1_999 }],
    ['no row for another tenant', { tenant: 0, seenTenant: NONE, version: NONE, maxStalenessMs: 0 }],
    ['a row that nobody wrote', { row: 3, version: 0, maxStalenessMs: 0 }],
  ])('%s', (_, read) => {
    expect(kindOf(read)).toBeNull();
  });
});

describe('the checker refuses', () => {
  it.each<[string, string, Partial<Read>]>([
    ['stale', 'a version a millisecond past its bound', { version: 1, maxStalenessMs: 240 }],
    ['stale', 'the first version of all', { version: 0, maxStalenessMs: 240 }],
    [
      'stale',
      'one before a commit that was never confirmed',
      { version: 3, beganMs: 1_100, maxStalenessMs: 50 },
    ],
    ['unread-write', 'a version before the position', { version: 1, minLsn: 2_000 }],
    ['crossed', 'a row of another tenant', { seenTenant: 0 }],
    ['crossed', "a tenant's row for another", { tenant: 0, seenTenant: 1, version: 2 }],
    ['missing', 'no row for its tenant', { seenTenant: NONE, version: NONE }],
    ['invented', 'a version that was not begun', { version: 4 }],
    ['invented', 'a version that nobody wrote', { version: 9 }],
  ])('as %s %s', (kind, _, read) => {
    expect(kindOf({ ...read, ...(read.beganMs === undefined ? {} : { endedMs: read.beganMs }) })).toBe(kind);
  });

  it('with the history of the row', () => {
    const violation = checker.check({ ...READ, version: 1, maxStalenessMs: 100 });
    expect(violation === null ? '' : checker.describe(violation)).toMatchInlineSnapshot(`
      "stale: tenant 1 read row 1 at 500.0 ms, took 1.0 ms,
        asked for maxStalenessMs 100, saw version 1 of tenant 1, had to see 2
        version 1 was written from -400.0 ms to -390.0 ms, LSN 1000
        version 2 was written from -300.0 ms to -240.0 ms, LSN 2000"
    `);
  });
});
