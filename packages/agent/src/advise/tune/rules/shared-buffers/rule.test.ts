import { expect, it } from 'vitest';
import { GB, MB, proposedFor, type TuneCase, tuneCase } from '../../fixtures.ts';

const MISSING: TuneCase = { workload: { blocks: { hitCount: 1e7, readCount: 1e6, readMs: 0 } } };

it('is a quarter of the memory where blocks are missing, and waits for a restart', () => {
  expect(proposedFor(MISSING, 'shared_buffers')).toBe('6GB measured');
  const [found] = tuneCase(MISSING).recommendations;
  expect(found).toMatchObject({ needsRestart: true, title: 'Set shared_buffers to 6GB, restart pending' });
});

it('is left alone where it is near that, where blocks are found, and where the database fits twice', () => {
  expect(proposedFor({ ...MISSING, settings: { shared_buffers: 5 * GB } }, 'shared_buffers')).toBeNull();
  const found = { workload: { blocks: { hitCount: 1e9, readCount: 1e6, readMs: 0 } } };
  expect(proposedFor(found, 'shared_buffers')).toBeNull();
  expect(proposedFor({ ...MISSING, databaseBytes: 60 * MB }, 'shared_buffers')).toBeNull();
});

it('leaves room for what the sessions may take already', () => {
  const given = { ...MISSING, settings: { work_mem: 100 * MB } };
  // 21.6 GB less 100 × 100 MB × 2 and the workers leave 1.88 GB.
  expect(proposedFor(given, 'shared_buffers')).toBe('1926MB measured');
});

it('is not raised while the buffers that there are are not full', () => {
  const cache = (usedCount: number) => ({
    usedCount,
    unusedCount: 16_384 - usedCount,
    dirtyCount: 0,
    usageMean: 2,
  });
  expect(proposedFor({ ...MISSING, bufferCache: cache(8_000) }, 'shared_buffers')).toBeNull();
  expect(proposedFor({ ...MISSING, bufferCache: cache(16_300) }, 'shared_buffers')).toBe('6GB measured');
});
