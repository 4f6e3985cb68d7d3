import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

it('does not depend on the order of labels, nor on those that are empty', () => {
  const labels = fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.string());
  fc.assert(
    fc.property(labels, (given) => {
      const turned = Object.fromEntries(Object.entries(given).toReversed());
      expect(fingerprintOf({ ...turned, nothing: '' })).toBe(fingerprintOf({ ...given, nothing: '' }));
      expect(fingerprintOf(given)).toMatch(/^[0-9a-f]{16}$/);
    }),
  );
});

it('tells labels apart whose text runs together', () => {
  expect(fingerprintOf({ a: 'bc' })).not.toBe(fingerprintOf({ ab: 'c' }));
  expect(fingerprintOf({ a: 'b', c: 'd' })).not.toBe(fingerprintOf({ a: 'bcd' }));
});
