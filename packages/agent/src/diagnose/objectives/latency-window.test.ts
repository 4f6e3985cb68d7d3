import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatementRow } from '../../observe/index.ts';
import { withIntervalSpread } from './latency-window.ts';

const latencies = fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), {
  minLength: 1,
  maxLength: 50,
});

function rowOf(values: readonly number[]): StatementRow {
  const calls = values.length;
  const totalMs = values.reduce((sum, ms) => sum + ms, 0);
  const meanMs = totalMs / calls;
  const stddevMs = Math.sqrt(values.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / calls);
  return { calls, totalMs, meanMs, stddevMs } as StatementRow;
}

describe('withIntervalSpread', () => {
  it('recovers the deviation of the calls in between from that of all before and after', () => {
    fc.assert(
      fc.property(latencies, latencies, (before, during) => {
        const alone = rowOf(during);
        const moved = { ...alone, stddevMs: rowOf([...before, ...during]).stddevMs };
        const spread = withIntervalSpread(moved, rowOf(before)).stddevMs;
        expect(Math.abs(spread - alone.stddevMs)).toBeLessThan(0.01);
      }),
    );
  });

  it('keeps a statement that began in between as it is', () => {
    const row = rowOf([1, 2, 3]);
    expect(withIntervalSpread(row, undefined)).toBe(row);
  });
});
