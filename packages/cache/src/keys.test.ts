import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyId } from './keys.ts';
import type { CacheKey, CacheKeyPart } from './types.ts';

/** A text that says all of a key. */
function spell(key: CacheKey): string {
  const part = (value: CacheKeyPart): unknown => {
    if (typeof value === 'string')
      return { text: [...Array(value.length)].map((_, i) => value.charCodeAt(i)) };
    if (value instanceof Uint8Array) return { bytes: [...value] };
    return { [typeof value]: String(value) };
  };
  return JSON.stringify(Array.isArray(key) ? key.map(part) : part(key as CacheKeyPart));
}

describe('the id of a key', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 });
  const part = fc.oneof(
    text,
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom('\u0000', '\u0001', '\u0000ks1:a', '\ud800', '1', 't', 'f'),
    fc.constantFrom(1, 11, 1.5, -1, 0, 1n, 11n, true, false),
  );
  const key: fc.Arbitrary<CacheKey> = fc.oneof(part, fc.array(part, { minLength: 1, maxLength: 3 }));

  it('is the same only for the same key', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(keyId(one) === keyId(other)).toBe(spell(one) === spell(other));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is the key itself where that is short, and never long', () => {
    expect(keyId('search:phones')).toBe('search:phones');
    const long = 'x'.repeat(10_000_000);
    expect(keyId(long)).toHaveLength(44);
    expect(keyId(long)).not.toBe(keyId(`${long}x`));
    expect(keyId(long)).not.toBe(keyId(keyId(long)));
  });
});
