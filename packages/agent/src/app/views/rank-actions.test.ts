import { expect, it } from 'vitest';
import type { AuditReport } from '../../report/index.ts';
import type { ActionRow } from './action-types.ts';
import { rankActions } from './rank-actions.ts';

const action = (id: string, after: number | null, state = 'proposed') =>
  ({
    id,
    state,
    statements: [id],
    effect: { metric: 'workloadCost', before: 100, after, unit: 'cost', method: 'planned' },
  }) as unknown as ActionRow;

const REPORT = {
  findings: [
    { severity: 'critical', proposals: ['urgent'] },
    { severity: 'info', proposals: ['urgent', 'small', 'large'] },
  ],
  proposals: ['small', 'large', 'urgent'].map((id) => ({ id, do: [id] })),
} as unknown as AuditReport;

it('puts remedies of critical findings first, then large effects, and what is decided last', () => {
  const actions = [
    action('kept', 0, 'kept'),
    action('by hand', 0),
    action('small', 99),
    action('large', 1),
    action('urgent', 98),
    action('failed', 0, 'failed'),
  ];
  const ranked = (report: AuditReport | null) => rankActions(actions, report).map(({ id }) => id);
  expect(ranked(REPORT)).toEqual(['urgent', 'large', 'small', 'by hand', 'kept', 'failed']);
  expect(ranked(null)).toEqual(['by hand', 'large', 'urgent', 'small', 'kept', 'failed']);
});
