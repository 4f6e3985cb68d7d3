import { expect, it } from 'vitest';
import { proposedFor, recommendationFor, type TuneCase, tuneCase } from '../../fixtures.ts';

const reads = (randomMs: number, sequentialMs: number): Pick<TuneCase, 'io'> => ({
  io: [
    { context: 'normal', reads: 20_000, readBytes: 20_000 * 8192, readMs: 20_000 * randomMs },
    { context: 'bulkread', reads: 5_000, readBytes: 80_000 * 8192, readMs: 80_000 * sequentialMs },
  ],
});
const cost = (given: TuneCase) => proposedFor(given, 'random_page_cost');

it('tells solid state from a spinning disk by the time of random reads, apart from sequential ones', () => {
  expect(cost(reads(0.1, 0.01))).toBe('1.1 measured');
  expect(cost(reads(8, 0.05))).toBeNull();
  expect(cost({ ...reads(8, 0.05), settings: { random_page_cost: 1.1 } })).toBe('4 measured');
  const found = recommendationFor(reads(0.1, 0.01), 'random_page_cost');
  expect(found?.evidence).toMatchObject({
    randomReadMs: 0.1,
    sequentialReadMs: 0.01,
    readTimesFrom: 'pg_stat_io',
  });
  expect(found?.why).toContain('whether from the disk or the page cache cannot be told');
});

it('believes what was measured before what was said, and what was said before nothing', () => {
  expect(cost({ ...reads(8, 0.05), machine: { storage: 'ssd' } })).toBeNull();
  expect(cost({ machine: { storage: 'ssd' } })).toBe('1.1 formula');
  expect(cost({ machine: { storage: 'hdd' }, settings: { random_page_cost: 1.1 } })).toBe('4 formula');
});

it('takes the mean of all reads where the server does not tell them apart', () => {
  const blocks = { hitCount: 1e9, readCount: 50_000, readMs: 10_000 };
  expect(cost({ workload: { blocks } })).toBe('1.1 measured');
});

it('says why it cannot tell: untimed, too few, or neither fast nor slow', () => {
  const reason = (given: TuneCase) => tuneCase(given).unavailable[0]?.reason;
  expect(reason({ settings: { track_io_timing: 'off' } })).toContain('track_io_timing is off');
  expect(reason({})).toContain('too few blocks');
  expect(reason(reads(2, 0.1))).toContain('neither solid state nor a spinning disk');
});

it('lets fast storage answer many reads at a time, where the server does not read ahead by itself', () => {
  const given = { ...reads(0.1, 0.01), settings: { effective_io_concurrency: 1 } };
  expect(proposedFor({ ...given, versionNumber: 170_000 }, 'effective_io_concurrency')).toBe('200 measured');
  expect(proposedFor(given, 'effective_io_concurrency')).toBeNull();
});
