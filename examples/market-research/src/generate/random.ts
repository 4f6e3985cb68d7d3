/** A stream of pseudo-random numbers in [0, 1). */
export type Random = () => number;

/** Mixes integers into one well-spread 32-bit seed (the finalizer of MurmurHash3 after each word). */
export function mixSeeds(...words: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const word of words) {
    hash = Math.imul(hash ^ (word | 0), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/**
 * Starts a stream that depends on its words only, so that any chunk of rows can be made on its own.
 * @param words seed, table number, chunk number: any integers
 * @returns mulberry32: 32 bits of state, period 2^32, a few nanoseconds a number
 */
export function createRandom(...words: readonly number[]): Random {
  let state = mixSeeds(...words);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Draws a rank of a bounded Zipf distribution by the inverse of its continuous form.
 * @param u uniform number in [0, 1)
 * @param size number of ranks
 * @param exponent skew, 0 even, 1 as in web queries
 * @returns rank from 0 (most frequent) to `size - 1`
 */
export function zipf(u: number, size: number, exponent: number): number {
  if (exponent === 1) return Math.floor((size + 1) ** u) - 1;
  const power = 1 - exponent;
  return Math.min(size - 1, Math.floor(((size + 1) ** power * u + 1 - u) ** (1 / power)) - 1);
}

/** Whole number from 0 to `size - 1`. */
export function below(random: Random, size: number): number {
  return Math.floor(random() * size);
}
