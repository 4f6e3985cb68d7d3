import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import { waitProfile } from './check.ts';

const load = (activeSessions: number) => ({
  activeSessions,
  observedMs: 3_600_000,
  waits: [
    { name: 'Lock: tuple', activeSessions: activeSessions * 0.8 },
    { name: 'CPU', activeSessions: activeSessions * 0.18 },
    { name: 'IO: DataFileRead', activeSessions: activeSessions * 0.02 },
  ],
});

describe('wait-profile', () => {
  it('names what the sessions wait for when more are active than there are processors', () => {
    expect(diagnoseHistory(waitProfile, { load: load(3) }, { 'target.cpus': 2 }).findings).toMatchObject([
      {
        severity: 'warning',
        evidence: { activeSessionsCount: 3, limitCount: 2, waits: ['Lock: tuple 80 %', 'CPU 18 %'] },
        threshold: { key: 'target.cpus', value: 2 },
      },
    ]);
  });

  it('is critical far above, and uses its own limit where the processors are not known', () => {
    expect(diagnoseHistory(waitProfile, { load: load(16) }).findings).toMatchObject([
      { severity: 'critical', threshold: { key: 'diagnose.wait-profile.active-sessions-count' } },
    ]);
  });

  it('keeps quiet below, and where nothing was sampled', () => {
    expect(diagnoseHistory(waitProfile, { load: load(2) }, { 'target.cpus': 2 }).findings).toEqual([]);
    expect(diagnoseHistory(waitProfile, { load: null }).findings).toEqual([]);
  });
});
