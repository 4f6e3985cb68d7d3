import { expect, it } from 'vitest';
import { findingAbout, MB, proposedFor, recommendationFor, type TuneCase } from '../../fixtures.ts';

const images = (ratio: number, bytes = 100 * MB): TuneCase => ({
  workload: {
    wal: {
      bytes,
      fullPageImagesCount: (bytes * ratio) / 8192,
      buffersFullCount: 0,
      observedMs: 3_600_000,
      mostBytesPerSecond: null,
    },
  },
});

it('compresses where half of the WAL are images, with lz4 only where the server was built with it', () => {
  expect(proposedFor(images(0.6), 'wal_compression')).toBe('on measured');
  const built = (...choices: readonly string[]) => ({ wal_compression: { choices } });
  const all = { ...images(0.6), facts: built('pglz', 'lz4', 'on', 'off') };
  expect(proposedFor(all, 'wal_compression')).toBe('lz4 measured');
  const without = { ...images(0.6), facts: built('pglz', 'on', 'off') };
  expect(proposedFor(without, 'wal_compression')).toBe('pglz measured');
});

it('leaves alone what is compressed already, few images, and too little WAL to tell', () => {
  expect(
    proposedFor({ ...images(0.6), settings: { wal_compression: 'pglz' } }, 'wal_compression'),
  ).toBeNull();
  expect(proposedFor(images(0.3), 'wal_compression')).toBeNull();
  expect(proposedFor(images(0.6, MB), 'wal_compression')).toBeNull();
});

it('remedies what the review of the settings says of it', () => {
  const findings = [findingAbout('diagnose/settings-review', { name: 'wal_compression' })];
  expect(recommendationFor({ ...images(0.6), findings }, 'wal_compression')?.findings).toEqual([
    'diagnose/settings-review',
  ]);
});
