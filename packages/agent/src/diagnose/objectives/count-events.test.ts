import { describe, expect, it } from 'vitest';
import type { SampleBatch } from '../../series/index.ts';
import { countObjectiveEvents, type EventRules } from './count-events.ts';

const search = { name: 'product-search', pattern: 'search', limitMs: 100 };
const rules: EventRules = {
  limitMs: 200,
  classOf: (fingerprint) => (fingerprint === 's' ? search : null),
  isLargeTable: ([, name]) => name === 'large',
};
const batch = (kind: SampleBatch['kind'], rows: SampleBatch['rows']): SampleBatch => ({
  kind,
  at: new Date(0),
  coveredMs: 60_000,
  rows,
});
const count = (...batches: readonly SampleBatch[]) =>
  Object.fromEntries(
    countObjectiveEvents(batches, rules).flatMap(({ rows }) =>
      rows.map(({ key, values }) => [key[0], values]),
    ),
  );

describe('events of objectives', () => {
  it('are answers and failures of the probe', () => {
    expect(count(batch('probe', [{ key: [], values: { answered: 58, failed: 2 } }]))).toEqual({
      'objective/availability': { total: 60, bad: 2 },
    });
  });

  it('are blocks, and scans of large tables', () => {
    expect(
      count(
        batch('database', [{ key: [], values: { blocksHit: 98, blocksRead: 2 } }]),
        batch('table', [
          { key: ['public', 'large'], values: { indexScans: 9, sequentialScans: 1 } },
          { key: ['public', 'small'], values: { sequentialScans: 1_000 } },
        ]),
      ),
    ).toEqual({
      'objective/buffer-hit': { total: 100, bad: 2 },
      'objective/index-scan': { total: 10, bad: 1 },
    });
  });

  it('are calls by their limit and by that of their class', () => {
    const constant = (fingerprint: string, calls: number, ms: number) => ({
      key: [fingerprint],
      values: { calls, totalMs: calls * ms, squaresMs2: calls * ms * ms },
    });
    const events = count(
      batch('statement', [constant('s', 10, 150), constant('x', 5, 300), constant('y', 85, 1)]),
    );
    expect(events['objective/p95']?.['total']).toBe(100);
    expect(events['objective/p95']?.['bad']).toBeCloseTo(5);
    expect(events['objective/p95-product-search']?.['total']).toBe(10);
    expect(events['objective/p95-product-search']?.['bad']).toBeCloseTo(10);
  });

  it('are none where nothing happened', () => {
    expect(countObjectiveEvents([batch('database', []), batch('wal', [])], rules)).toEqual([]);
  });
});
