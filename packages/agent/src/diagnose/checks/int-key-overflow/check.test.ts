import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import type { SequencePast } from '../../../observe/index.ts';
import { intKeyOverflow } from './check.ts';

const DAY_MS = 86_400_000;
const sequence = (values: Partial<SequencePast>): SequencePast => ({
  schema: 'public',
  name: 'orders_id_seq',
  usedCount: 1_000_000_000,
  availableCount: 2_147_483_647,
  grownCount: 70_000_000,
  observedMs: 7 * DAY_MS,
  ...values,
});
const judge = (...sequences: readonly SequencePast[]) =>
  diagnoseHistory(intKeyOverflow, { sequences }).findings;

describe('int-key-overflow', () => {
  it('tells when a key runs out', () => {
    expect(judge(sequence({}))).toMatchObject([
      {
        severity: 'warning',
        title: 'public.orders_id_seq runs out in 114 days if it goes on growing by 10 M a day',
        evidence: { daysLeftCount: 114 },
        threshold: { key: 'diagnose.int-key-overflow.warning-ms' },
      },
    ]);
    expect(judge(sequence({ usedCount: 2_000_000_000 }))).toMatchObject([{ severity: 'critical' }]);
  });

  it('keeps quiet about what stands still, grows slowly, or was seen for too short', () => {
    expect(
      judge(
        sequence({ grownCount: 0 }),
        sequence({ grownCount: 70_000 }),
        sequence({ observedMs: DAY_MS / 2, grownCount: 5_000_000 }),
      ),
    ).toEqual([]);
  });
});
