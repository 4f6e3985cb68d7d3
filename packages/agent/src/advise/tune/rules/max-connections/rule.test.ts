import { expect, it } from 'vitest';
import { HOUR_MS, MB, proposedFor, type TuneCase, tuneCase } from '../../fixtures.ts';

const seen = (connectionsMost: number, activeMost: number, observedMs = 168 * HOUR_MS): TuneCase => ({
  workload: {
    observedMs,
    sessions: { samplesCount: 1e5, activeMean: 1, activeMost, connectionsMost, pools: [] },
  },
});

it('is raised where working sessions nearly use it up, if the memory has room', () => {
  // 90 × 1.5 + 3, in tens.
  expect(proposedFor(seen(90, 60), 'max_connections')).toBe('140 measured');
  const tight = tuneCase({ ...seen(90, 60), settings: { work_mem: 100 * MB } });
  expect(tight.recommendations.map(({ setting }) => setting)).not.toContain('max_connections');
  expect(tight.unavailable[0]).toMatchObject({
    id: 'tune/max-connections',
    remedy: expect.stringContaining('--pgbouncer-ini'),
  });
});

it('is not raised for sessions that idle: they want a pooler', () => {
  const { recommendations, unavailable } = tuneCase(seen(95, 3));
  expect(recommendations.map(({ setting }) => setting)).not.toContain('max_connections');
  expect(unavailable[0]?.reason).toContain('mostly be idle');
});

it('is lowered only after a day of history', () => {
  const many = { settings: { max_connections: 1_000, work_mem: MB } };
  expect(proposedFor({ ...many, ...seen(40, 5) }, 'max_connections')).toBe('70 measured');
  expect(proposedFor({ ...many, ...seen(40, 5, 2 * HOUR_MS) }, 'max_connections')).toBeNull();
});
