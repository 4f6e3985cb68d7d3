import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexMethod } from '../../planner/index.ts';
import { indexSize } from './index-size.ts';
import type { IndexFacts } from './types.ts';

const METHODS: readonly IndexMethod[] = ['btree', 'hash', 'gin', 'gist', 'spgist', 'brin'];

const FACTS = fc.record({
  rows: fc.integer({ min: 0, max: 50_000_000 }),
  distinct: fc.integer({ min: 1, max: 50_000_000 }),
  bytes: fc.integer({ min: 1, max: 2_000 }),
  nullRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  commonShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
});

type Given = typeof FACTS extends fc.Arbitrary<infer T> ? T : never;

/** Facts of an index on one text column. */
function factsOf(method: IndexMethod, given: Given): IndexFacts {
  const { rows, distinct, bytes, nullRatio, commonShare } = given;
  return {
    method,
    versionNumber: 180_000,
    rows,
    tableRows: rows,
    tableBlocks: Math.ceil((rows * bytes) / 8_000),
    columns: [
      {
        isKey: true,
        lengthBytes: -1,
        alignmentBytes: 4,
        type: 'text',
        operatorClass: 'text_ops',
        values: {
          nullRatio,
          widths: [{ bytes, share: 1 }],
          distinct,
          commonShares: [commonShare * (1 - nullRatio)],
          correlation: null,
          spread: null,
          sharedPrefixBytes: 0,
        },
        elements: {
          classes: [{ keys: distinct, rowShare: 1 / distinct, keyBytes: bytes }],
          emptyRatio: nullRatio,
        },
      },
    ],
    isUnique: false,
    canDeduplicate: true,
    options: {},
    distinctKeys: null,
  };
}

describe('the predicted size of an index', () => {
  it.each(METHODS)('of %s is a whole number of blocks, whatever is stored', (method) => {
    fc.assert(
      fc.property(FACTS, (given) => {
        const { pages, entries } = indexSize(factsOf(method, given));
        expect(Number.isSafeInteger(pages)).toBe(true);
        expect(pages).toBeGreaterThan(0);
        expect(entries).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});
