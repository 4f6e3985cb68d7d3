import { describe, expect, it } from 'vitest';
import { compareEffects, formatEffect } from './effect.ts';

const effect = (metric: string, before: number | null, after: number | null, unit: string) => ({
  metric,
  before,
  after,
  unit,
  method: 'measured',
});

describe('a predicted effect', () => {
  it.each([
    ['indexBytes', 1024, 0, 'bytes', 'index 1 kB → 0 B'],
    ['indexBytes', 1024, 1024, 'bytes', null],
    ['unknown', null, null, '', null],
    ['isValidated', 0, 1, 'count', 'becomes validated'],
    ['workloadCost', 4_390_000, 4_360_000, 'cost', 'planned cost of the statements 4.39 M → 4.36 M'],
    ['walBytesPerSecond', 3_491_758, null, 'bytesPerSecond', 'WAL written: now 3.33 MB/s'],
    [
      'rowsReadPerReferencedDelete',
      12_000,
      null,
      'rows',
      'rows read for each referenced row that is deleted: now 12,000',
    ],
    ['maxWalSizeBytes', null, 2 ** 30, 'bytes', 'max_wal_size: then 1 GB'],
    ['misestimateFactor', 40, 1, 'factor', 'rows misestimated by 40× → 1×'],
    ['track_io_timing', 0, 1, 'switch', 'track_io_timing off → on'],
    ['thingsSeen', 1, 2, 'things', 'things seen 1 things → 2 things'],
  ] as const)('is said in plain words and units: %s %d → %d', (...[metric, before, after, unit, said]) => {
    expect(formatEffect({ effect: effect(metric, before, after, unit) })).toBe(said);
  });

  it('comes before what matters less to those who use the database, and before a smaller one', () => {
    const ordered = [
      effect('workloadCost', 100, 10, 'cost'),
      effect('workloadCost', 100, 90, 'cost'),
      effect('indexBytes', 1e9, 0, 'bytes'),
      effect('jit', 1, 0, 'count'),
    ];
    expect(ordered.toReversed().toSorted(compareEffects)).toEqual(ordered);
  });
});
