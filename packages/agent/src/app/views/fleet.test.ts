import { expect, it } from 'vitest';
import { score } from './fleet.ts';
import type { FindingsView } from './types.ts';

const view = (severities: readonly ('critical' | 'warning')[]): FindingsView =>
  ({
    takenAtMs: 1,
    objectives: [],
    findings: severities.map((severity, index) => ({ severity, title: `finding ${index}` })),
  }) as unknown as FindingsView;

it('shows reasons that add up to what the score lacks', () => {
  const { score: value, reasons } = score(view(['critical', ...Array<'warning'>(8).fill('warning')]), null);
  expect(value).toBe(100 - 15 - 24);
  expect(reasons).toHaveLength(6);
  expect(reasons.at(-1)).toEqual({ text: '4 more', points: 12 });
  expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBe(39);
});

it('knows no score before the first whole look, and none of a target that does not answer', () => {
  expect(score({ ...view([]), takenAtMs: null }, null).score).toBeNull();
  expect(score(view([]), 'connection refused')).toEqual({
    score: 0,
    reasons: [{ text: 'no answer: connection refused', points: 100 }],
  });
});
