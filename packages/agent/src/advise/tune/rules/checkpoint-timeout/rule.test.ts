import { expect, it } from 'vitest';
import { GB, MB, proposedFor, recommendationFor } from '../../fixtures.ts';

const wal = (ratio: number, bytes = 100 * GB) => ({
  bytes,
  fullPageImagesCount: (bytes * ratio) / 8192,
  buffersFullCount: 0,
  observedMs: 36e6,
  mostBytesPerSecond: null,
});

it('is raised where much of much WAL are full page images, and predicts how many are spared at best', () => {
  const given = { workload: { wal: wal(0.6) } };
  expect(proposedFor(given, 'checkpoint_timeout')).toBe('15min measured');
  const { effect } = recommendationFor(given, 'checkpoint_timeout') ?? {};
  // Two thirds of 60 % go.
  expect((effect?.after ?? 0) / (effect?.before ?? 1)).toBeCloseTo(0.6);
});

it('is left alone where images are few, WAL is little, or it is that long already', () => {
  expect(proposedFor({ workload: { wal: wal(0.1) } }, 'checkpoint_timeout')).toBeNull();
  expect(proposedFor({ workload: { wal: wal(0.6, 100 * MB) } }, 'checkpoint_timeout')).toBeNull();
  const long = { workload: { wal: wal(0.6) }, settings: { checkpoint_timeout: 1_800_000 } };
  expect(proposedFor(long, 'checkpoint_timeout')).toBeNull();
});
