import { expect, it } from 'vitest';
import { MB, proposedFor, QUIET } from '../../fixtures.ts';

const full = (buffersFullCount: number) => ({
  workload: QUIET.wal === null ? {} : { wal: { ...QUIET.wal, observedMs: 3_600_000, buffersFullCount } },
});

it('is raised where sessions write WAL out for want of it', () => {
  expect(proposedFor(full(100_000), 'wal_buffers')).toBe('16MB measured');
  expect(proposedFor({ ...full(100_000), settings: { wal_buffers: 16 * MB } }, 'wal_buffers')).toBe(
    '32MB measured',
  );
  expect(proposedFor({ ...full(100_000), settings: { wal_buffers: 128 * MB } }, 'wal_buffers')).toBeNull();
  expect(proposedFor(full(100), 'wal_buffers')).toBeNull();
});
