import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import type { PlanChangeFact } from '../../../observe/index.ts';
import { planChanged } from './check.ts';

const change = (values: Partial<PlanChangeFact>): PlanChangeFact => ({
  fingerprint: 'f',
  queryId: '7',
  text: 'select 1',
  at: new Date('2026-01-05T12:00:00Z'),
  cause: 'ddl',
  causeText: 'index public.orders_by_day dropped',
  costBefore: 8,
  costAfter: 1_800,
  meanMsBefore: 1,
  meanMsAfter: 40,
  ...values,
});
const judge = (...planChanges: readonly PlanChangeFact[]) =>
  diagnoseHistory(planChanged, { planChanges }).findings;

describe('plan-changed', () => {
  it('names a plan that got slower, its cause and both times', () => {
    expect(judge(change({}))).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'statement', queryId: '7' },
        title:
          'planned in another way since 2026-01-05 12:00 UTC (index public.orders_by_day dropped), 1 ms → 40 ms a call: select 1',
        evidence: { cause: 'ddl', costBeforeCount: 8, costAfterCount: 1_800 },
      },
    ]);
  });

  it('only notes a plan that is as fast, or that has not run since', () => {
    expect(judge(change({ meanMsAfter: 1.2 }))).toMatchObject([{ severity: 'info' }]);
    expect(judge(change({ meanMsAfter: null }))).toMatchObject([
      { severity: 'info', title: expect.stringContaining('cost 8 → 1,800') },
    ]);
  });

  it('tells of each statement once, what got slowest first', () => {
    const found = judge(
      change({ meanMsAfter: 2 }),
      change({ causeText: 'older', at: new Date('2026-01-05T09:00:00Z') }),
      change({ fingerprint: 'g', queryId: '8', meanMsAfter: 100 }),
    );
    expect(found.map(({ subject, evidence }) => [subject.queryId, evidence['causeText']])).toEqual([
      ['8', 'index public.orders_by_day dropped'],
      ['7', 'index public.orders_by_day dropped'],
    ]);
  });
});
