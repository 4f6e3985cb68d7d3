import { expect, it } from 'vitest';
import { findingAbout, MB, proposedFor, type TuneCase, tuneCase } from '../../fixtures.ts';

const review = (name: string, more: TuneCase = {}): string | null =>
  proposedFor({ ...more, findings: [findingAbout('diagnose/settings-review', { name })] }, name);

it('writes what follows from a finding of the review alone', () => {
  const settings = { checkpoint_completion_target: 0.5, max_parallel_workers: 8 };
  expect(review('checkpoint_completion_target', { settings })).toBe('0.9 finding');
  expect(review('max_parallel_workers', { settings })).toBe('4 finding');
  expect(review('max_parallel_workers', { settings, machine: { cpus: null } })).toBeNull();
  expect(review('ssl')).toBeNull();
});

const small = {
  ...findingAbout('diagnose/settings-review', { name: 'work_mem' }),
  threshold: { key: 'diagnose.settings-review.work-mem-bytes', value: 4 * MB },
};
const chosen = { settings: { work_mem: 64 * 1024 }, facts: { work_mem: { source: 'database' } } } as const;

it('raises a work_mem below the default although somebody chose it', () => {
  const given = { ...chosen, findings: [small] };
  expect(proposedFor(given, 'work_mem')).toBe('4MB finding');
  expect(tuneCase(given).openFindings).toEqual([]);
  expect(proposedFor({ ...given, machine: { memoryBytes: null } }, 'work_mem')).toBe('4MB finding');
  expect(proposedFor({ ...given, settings: { work_mem: 4 * MB } }, 'work_mem')).toBeNull();
});

it('leaves work_mem to what was measured, where that asks for more', () => {
  const spills = [{ queryId: null, text: null, calls: 100, temporaryBytes: 1_000 * MB }];
  const { recommendations } = tuneCase({ ...chosen, findings: [small], workload: { spills } });
  const found = recommendations.filter(({ setting }) => setting === 'work_mem');
  expect(found).toMatchObject([{ proposed: '32MB', basis: 'measured' }]);
});

it('switches the timing of reads on where a check misses it', () => {
  const findings = [findingAbout('diagnose/track-io-timing-off', { name: 'track_io_timing' })];
  const { recommendations } = tuneCase({ settings: { track_io_timing: 'off' }, findings });
  expect(recommendations.find(({ setting }) => setting === 'track_io_timing')).toMatchObject({
    basis: 'finding',
    do: ['alter system set "track_io_timing" = on;', 'select pg_catalog.pg_reload_conf();'],
  });
});

it('keeps in sight what it has no value for', () => {
  const ssl = findingAbout('diagnose/settings-review', { name: 'ssl' });
  expect(tuneCase({ findings: [ssl] }).openFindings).toEqual([
    { id: ssl.id, severity: ssl.severity, title: ssl.title, remedy: ssl.remedy },
  ]);
});
