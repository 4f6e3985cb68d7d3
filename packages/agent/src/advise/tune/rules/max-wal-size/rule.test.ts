import { expect, it } from 'vitest';
import { findingAbout, GB, MB, proposedFor, QUIET, type TuneCase, tuneCase } from '../../fixtures.ts';

const wal = {
  bytes: 500 * GB,
  fullPageImagesCount: 0,
  buffersFullCount: 0,
  observedMs: 36e6,
  mostBytesPerSecond: 20 * MB,
};
const PRESSED: TuneCase = { workload: { wal, checkpoints: { timedCount: 100, requestedCount: 200 } } };

it('holds the WAL of checkpoint_timeout at the busiest', () => {
  // 20 MB/s × 300 s × 1.9 is 11.1 GB.
  expect(proposedFor(PRESSED, 'max_wal_size')).toBe('16GB measured');
  // Without a peak the mean counts twice: 14.2 MB/s × 2 × 300 s × 1.9 is 15.8 GB.
  const mean = { ...PRESSED, workload: { ...PRESSED.workload, wal: { ...wal, mostBytesPerSecond: null } } };
  expect(proposedFor(mean, 'max_wal_size')).toBe('16GB measured');
});

it('is not raised again for checkpoints of the time before it was raised', () => {
  // 14.2 MB/s × 300 s × 1.9 is 7.9 GB.
  const slower = { ...PRESSED.workload, wal: { ...wal, mostBytesPerSecond: 10 * MB } };
  const raised = { workload: slower, settings: { max_wal_size: 8 * GB } };
  expect(proposedFor(raised, 'max_wal_size')).toBeNull();
  const counted = { ...raised, workload: { ...slower, source: 'counters' as const } };
  expect(proposedFor(counted, 'max_wal_size')).toBe('16GB measured');
});

it('takes a tenth of the disk at most, and says what it costs there', () => {
  expect(proposedFor({ ...PRESSED, machine: { diskBytes: 80 * GB } }, 'max_wal_size')).toBe('8GB measured');
  const found = tuneCase(PRESSED).recommendations.find(({ setting }) => setting === 'max_wal_size');
  expect(found).toMatchObject({ addsBytes: 15 * GB, effect: { before: 2 / 3, after: 0 } });
  const full = tuneCase({ ...PRESSED, machine: { diskBytes: 5 * GB } });
  expect(full.unavailable).toContainEqual(expect.objectContaining({ id: 'tune/max-wal-size' }));
});

it('follows the distance of checkpoints where that is raised too', () => {
  const images = { ...wal, fullPageImagesCount: (300 * GB) / 8192 };
  const given = { ...PRESSED, workload: { ...PRESSED.workload, wal: images } };
  expect(proposedFor(given, 'checkpoint_timeout')).toBe('15min measured');
  // Three times the time: 33.4 GB.
  expect(proposedFor(given, 'max_wal_size')).toBe('64GB measured');
});

it('does not blame WAL for checkpoints that commands asked for, nor judge a few', () => {
  const commands = { workload: { wal: QUIET.wal, checkpoints: { timedCount: 100, requestedCount: 2_000 } } };
  expect(proposedFor(commands, 'max_wal_size')).toBeNull();
  const few = { workload: { wal, checkpoints: { timedCount: 0, requestedCount: 4 } } };
  expect(proposedFor(few, 'max_wal_size')).toBeNull();
});

it('names the findings that it remedies', () => {
  const findings = [
    findingAbout('diagnose/checkpoint-pressure', { kind: 'server', name: 'server' }),
    findingAbout('diagnose/settings-review', { name: 'max_wal_size' }),
    findingAbout('diagnose/settings-review', { name: 'work_mem' }),
  ];
  const found = tuneCase({ ...PRESSED, findings }).recommendations.find(
    ({ setting }) => setting === 'max_wal_size',
  );
  expect(found?.findings).toEqual(['diagnose/checkpoint-pressure', 'diagnose/settings-review']);
});
