import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import { selfLoad } from './check.ts';

describe('self-load', () => {
  it('finds an agent that keeps more than its share of a core busy', () => {
    expect(
      diagnoseHistory(selfLoad, { self: { databaseMs: 72_000, observedMs: 3_600_000 } }).findings,
    ).toMatchObject([{ evidence: { busyRatio: 0.02 }, threshold: { value: 0.01 } }]);
  });

  it('keeps quiet below it and while nothing was measured', () => {
    expect(
      diagnoseHistory(selfLoad, { self: { databaseMs: 9_000, observedMs: 3_600_000 } }).findings,
    ).toEqual([]);
    expect(diagnoseHistory(selfLoad, { self: null }).findings).toEqual([]);
  });
});
