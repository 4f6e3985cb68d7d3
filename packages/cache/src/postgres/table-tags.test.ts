import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRowTag, rowTag, tableTag } from './table-tags.ts';

const part = fc.oneof(
  fc.integer().map(String),
  fc.uuid(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', 'any', ':', '1:', '1:a', 'a1:b', 'ä'),
);
const key = fc.array(part, { minLength: 1, maxLength: 3 });

describe('the tag of a row', () => {
  it('is another for each table and each key, and none of the table itself', () => {
    const row = fc.tuple(fc.constantFrom(1, 11, 4_294_967_295), key);
    fc.assert(
      fc.property(row, row, ([oid, one], [otherOid, other]) => {
        const isSame = oid === otherOid && JSON.stringify(one) === JSON.stringify(other);
        expect(rowTag(oid, one) === rowTag(otherOid, other)).toBe(isSame);
        expect([tableTag(oid), anyRowTag(oid)]).not.toContain(rowTag(otherOid, other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows a short key in clear, and is short and plain itself whatever the key', () => {
    expect(rowTag(16_385, ['42'])).toBe('r16385:2:42');
    expect(rowTag(16_385, ['7', 'eu'])).toBe('r16385:1:72:eu');
    expect(rowTag(16_385, ['ann@example.com'])).toMatch(/^r16385:[\w-]{22}$/);
    fc.assert(
      fc.property(key, (one) => {
        expect(rowTag(4_294_967_295, one)).toMatch(/^[\w.:-]{1,64}$/);
      }),
    );
  });
});
