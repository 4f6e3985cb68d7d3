import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyText, type Sent, toSent } from './parameters.ts';

describe('the text of values in a key', () => {
  const values = fc.array(
    fc.oneof(
      fc.constant(null),
      fc.string({ unit: fc.constantFrom('-', '1', ':', 'b', 'ä') }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  );

  it('is the same for the same values, and for no others', () => {
    fc.assert(
      fc.property(values, values, (one: readonly Sent[], other: readonly Sent[]) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(keyText(one) === keyText(other)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is made of what node-postgres sends', () => {
    expect(toSent([1, 1n, true, undefined, 'a', ['a', null], { a: 1 }])).toEqual([
      '1',
      '1',
      'true',
      null,
      'a',
      '{"a",NULL}',
      '{"a":1}',
    ]);
  });
});
