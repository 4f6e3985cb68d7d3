import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRows, encodeRows } from './rows.ts';

const value = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: -1_000, max: 1_000_000 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((number) => number * 2 ** 20 + 1),
);

const table = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 4_000 }), { maxLength: 200 }),
    fc.integer({ min: 0, max: 14 }),
  )
  .chain(([places, width]) =>
    fc.record({
      places: fc.constant(Int32Array.from(places.toSorted((a, b) => a - b))),
      values: fc
        .array(value, { minLength: places.length * width, maxLength: places.length * width })
        .map((numbers) => Float64Array.from(numbers)),
    }),
  );

describe('rows as bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const width = rows.places.length === 0 ? 3 : rows.values.length / rows.places.length;
        expect(decodeRows(encodeRows(rows), width)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('read a column that was not yet written then as zeros, and leave one out that nobody asks for', () => {
    const body = encodeRows({ places: Int32Array.of(3, 5), values: Float64Array.of(7, 8) });
    expect([...decodeRows(body, 2).values]).toEqual([7, 8, 0, 0]);
    expect([...decodeRows(body, 0).values]).toEqual([]);
  });

  it('are read as they were written by earlier versions', () => {
    const body = Buffer.from(
      '000004170e3b80a44a23e000a0642001828b83480684808000d0000e000858c00000000001a1000000000001400000000003100ffffffffff8',
      'hex',
    );
    const rows = {
      places: Int32Array.of(0, 3, 9, 40),
      values: Float64Array.from(
        [
          [5, 5, 5, 5],
          [0, 0, 0, 0],
          [1, 200, 3, 70_000],
          [1_000_000, 1_000_003, 1_000_001, 1_000_009],
          [-7, 2 ** 50 + 1, 12, -(2 ** 40)],
        ].flat(),
      ),
    };
    expect(decodeRows(body, 5)).toEqual(rows);
    expect(encodeRows(rows)).toEqual(body);
  });

  it('take no room for what does not change', () => {
    const ticks = Int32Array.from({ length: 60 }, (_, index) => index);
    const still = new Float64Array(12 * 60).fill(42);
    expect(encodeRows({ places: ticks, values: still }).length).toBeLessThan(40);
  });
});
