import { expect, it } from 'vitest';
import { findingAbout, GB, proposedFor, tuneCase } from '../../fixtures.ts';

it('is three quarters of the memory, and says that it is no measurement', () => {
  expect(proposedFor({}, 'effective_cache_size')).toBe('18GB formula');
  expect(proposedFor({ settings: { effective_cache_size: 16 * GB } }, 'effective_cache_size')).toBeNull();
  expect(tuneCase({}).recommendations[0]?.why).toContain('cannot be measured from a connection');
});

it('says that it needs the memory, where the review found it wrong', () => {
  const findings = [findingAbout('diagnose/settings-review', { name: 'effective_cache_size' })];
  expect(tuneCase({ findings, machine: { memoryBytes: null } }).unavailable[0]?.id).toBe(
    'tune/effective-cache-size',
  );
});
