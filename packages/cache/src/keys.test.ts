import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyId } from './keys.ts';
import type { CacheKey } from './types.ts';

/** A text that says all of a key. */
function spell(key: CacheKey): string {
  const part = (value: string | Uint8Array): unknown =>
    typeof value === 'string'
      ? { text: [...Array(value.length)].map((_, i) => value.charCodeAt(i)) }
      : { bytes: [...value] };
  return JSON.stringify(typeof key === 'string' || key instanceof Uint8Array ? part(key) : key.map(part));
}

describe('the id of a key', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 });
  const part = fc.oneof(
    text,
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom('\u0000', '\u0001', '\u0000ks1:a', '\ud800'),
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
