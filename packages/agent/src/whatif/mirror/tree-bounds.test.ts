import { describe, expect, it } from 'vitest';
import { heightBounds } from './tree-bounds.ts';

const bigint = { fixedBytes: 8, varyingBytes: 0 };

describe('heightBounds', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [100, 1],
    [1_000, 2],
    [20_000, 2],
  ])('leaves no choice for bigints in %i blocks', (blocks, height) => {
    expect(heightBounds(blocks, bigint)).toEqual({ least: height, most: height });
  });

  it('leaves the height open where a packed root still holds what a split one no longer does', () => {
    expect(heightBounds(331, bigint)).toEqual({ least: 1, most: 2 });
  });

  it('leaves it open early when keys are wide texts', () => {
    expect(heightBounds(60, { fixedBytes: 0, varyingBytes: 90 })).toEqual({ least: 1, most: 2 });
  });
});
