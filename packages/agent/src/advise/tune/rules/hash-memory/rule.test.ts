import { expect, it } from 'vitest';
import { GB, MB, proposedFor } from '../../fixtures.ts';

const spills = [{ queryId: null, text: null, calls: 100, temporaryBytes: GB }];

it('gives hashes as much as newer servers do, where something spills and the memory has room', () => {
  const old = { settings: { hash_mem_multiplier: 1 } };
  expect(proposedFor({ ...old, workload: { spills } }, 'hash_mem_multiplier')).toBe('2 formula');
  expect(proposedFor(old, 'hash_mem_multiplier')).toBeNull();
  expect(proposedFor({ workload: { spills } }, 'hash_mem_multiplier')).toBeNull();
  const tight = { settings: { hash_mem_multiplier: 1, work_mem: 200 * MB } };
  expect(proposedFor({ ...tight, workload: { spills } }, 'hash_mem_multiplier')).toBeNull();
});

it('leaves work_mem only what the larger hashes leave', () => {
  const workload = { spills: [{ queryId: null, text: null, calls: 100, temporaryBytes: 5_200 * MB }] };
  // 130 MB would be needed; 216 MB are there for sorts, 108 MB for hashes of twice the size.
  expect(proposedFor({ workload, settings: { hash_mem_multiplier: 1 } }, 'work_mem')).toBeNull();
});
