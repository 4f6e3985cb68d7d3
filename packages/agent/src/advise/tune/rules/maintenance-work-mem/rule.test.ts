import { expect, it } from 'vitest';
import { findingAbout, GB, proposedFor, type TuneCase } from '../../fixtures.ts';

const SMALL: TuneCase = {
  findings: [findingAbout('diagnose/settings-review', { name: 'maintenance_work_mem' })],
};
const maintenance = (given: TuneCase) => proposedFor(given, 'maintenance_work_mem');

it('is a sixteenth of the memory up to 1 GB, where the review finds it small', () => {
  expect(maintenance(SMALL)).toBe('1GB formula');
  expect(maintenance({ ...SMALL, machine: { memoryBytes: 8 * GB } })).toBe('512MB formula');
  expect(maintenance({})).toBeNull();
  expect(maintenance({ ...SMALL, settings: { maintenance_work_mem: GB } })).toBeNull();
});
