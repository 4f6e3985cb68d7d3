import { expect, it } from 'vitest';
import { QUIET, type TuneCase, tuneCase } from './fixtures.ts';

const busy = (pools: readonly (readonly [user: string, busyMost: number])[]): TuneCase => ({
  workload: {
    sessions: {
      samplesCount: 1_000,
      activeMean: 1,
      activeMost: 20,
      connectionsMost: 80,
      pools: pools.map(([user, busyMost]) => ({ database: 'shop', user, busyMost })),
    },
  },
});

it('sizes pools by the sessions at work at the busiest, the largest first', () => {
  const { pooler } = tuneCase(
    busy([
      ['batch', 1.2],
      ['web', 16],
    ]),
  );
  expect(pooler).toMatchObject({ basis: 'measured', maximumServers: 92, defaultPoolSize: 9 });
  expect(pooler?.pools.map(({ user, size }) => [user, size])).toEqual([
    ['web', 20],
    ['batch', 2],
  ]);
});

it('never lets in more than the server does', () => {
  const { pooler } = tuneCase(
    busy([
      ['a', 100],
      ['b', 100],
      ['c', 1],
    ]),
  );
  const all = pooler?.pools.reduce((sum, { size }) => sum + size, 0) ?? 0;
  expect(all).toBeLessThanOrEqual(92);
});

it('says that it is a formula where the sessions were not sampled', () => {
  const { pooler } = tuneCase({ workload: { sessions: null } });
  expect(pooler).toMatchObject({ basis: 'formula', pools: [], defaultPoolSize: 9 });
  expect(QUIET.sessions?.pools).toEqual([]);
});
