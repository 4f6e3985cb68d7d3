import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import { monitoringGap } from './check.ts';

const collector = (silentMs: number | null) => ({
  id: 'statements',
  everyMs: 60_000,
  silentMs,
  trouble: 'timeout',
});

describe('monitoring-gap', () => {
  it('finds a collector that missed three runs, with its last error', () => {
    expect(diagnoseHistory(monitoringGap, { collectors: [collector(180_000)] }).findings).toMatchObject([
      { subject: { name: 'statements' }, evidence: { silentMs: 180_000, trouble: 'timeout' } },
    ]);
  });

  it('waits for the third, and for the first run of all', () => {
    expect(
      diagnoseHistory(monitoringGap, { collectors: [collector(170_000), collector(null)] }).findings,
    ).toEqual([]);
  });
});
