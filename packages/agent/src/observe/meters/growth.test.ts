import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../kernel/index.ts';
import { createGrowthMeter } from './growth.ts';

function steppingClock(): Clock & { ms: number } {
  const clock = { ...systemClock, ms: 0, monotonicMs: () => clock.ms };
  return clock;
}

const reading = (id: string, calls: number, key = id) => ({ id, key: [key], counters: { calls } });

describe('growth of counters', () => {
  it('is unknown at first and the difference afterwards', () => {
    const clock = steppingClock();
    const meter = createGrowthMeter(clock);
    expect(meter.take([reading('a', 5)], true)).toBeNull();
    clock.ms = 60_000;
    expect(meter.take([reading('a', 8), reading('b', 2)], true)).toEqual({
      coveredMs: 60_000,
      fallen: [],
      rows: [
        { key: ['a'], values: { calls: 3 } },
        { key: ['b'], values: { calls: 2 } },
      ],
    });
  });

  it('is nothing for a counter that fell: a reset is never a spike', () => {
    const meter = createGrowthMeter(systemClock);
    meter.take([reading('a', 1_000)], true);
    expect(meter.take([reading('a', 3)], true)).toMatchObject({ rows: [], fallen: [{ id: 'a' }] });
    expect(meter.take([reading('a', 7)], true)?.rows).toEqual([{ key: ['a'], values: { calls: 4 } }]);
  });

  it('is all that a counter holds after a reset that is known', () => {
    const meter = createGrowthMeter(systemClock);
    meter.take([reading('a', 1_000), reading('b', 2)], true);
    expect(meter.take([reading('a', 3), reading('b', 5)], true, true)?.rows).toEqual([
      { key: ['a'], values: { calls: 3 } },
      { key: ['b'], values: { calls: 3 } },
    ]);
  });

  it('adds up what shares a key', () => {
    const meter = createGrowthMeter(systemClock);
    meter.take([reading('1', 1, 'f'), reading('2', 1, 'f')], true);
    expect(meter.take([reading('1', 2, 'f'), reading('2', 5, 'f')], true)?.rows).toEqual([
      { key: ['f'], values: { calls: 5 } },
    ]);
  });

  it('never exceeds what was counted, whatever is reset or evicted on the way', () => {
    const steps = fc.array(fc.record({ by: fc.nat(100), reset: fc.boolean(), evicted: fc.boolean() }), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const meter = createGrowthMeter(systemClock);
        let counter = 0;
        let truth = 0;
        let told = 0;
        for (const { by, reset, evicted } of all) {
          if (reset) counter = 0;
          counter += by;
          truth += by;
          const grown = meter.take(evicted ? [] : [reading('a', counter)], true);
          told += grown?.rows[0]?.values['calls'] ?? 0;
          if (evicted) counter = 0;
        }
        expect(told).toBeLessThanOrEqual(truth);
      }),
    );
  });
});
