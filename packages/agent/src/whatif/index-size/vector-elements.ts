import type { ElementClass, ElementFacts } from './types.ts';

/** What statistics tell of the elements of arrays or of the words of text vectors. */
export interface ElementStatistics {
  readonly isVector: boolean;
  /** Most common elements as texts, with the share of the non-null values that hold each. */
  readonly elements: readonly string[];
  readonly shares: readonly number[];
  /** Elements of an average array; null of vectors, which have no such statistics. */
  readonly perValue: number | null;
  readonly nullRatio: number;
  readonly widthBytes: number;
  /** Size of an element as stored when it is fixed; null for texts. */
  readonly fixedBytes: number | null;
  readonly rows: number;
}

/** Bytes of a vector beside its words, and of each word beside its letters: place, padding, count and position. */
const VECTOR_BYTES = 5;
const WORD_BYTES = 9;

/** Words that are rare are longer than common ones. */
const RARE_LENGTH = 1.4;

/** Elements that ANALYZE keeps at most, ten times the default target: a full list goes on beyond its end. */
const FULL_LIST = 1_000;

/** Rows of a rare element where the list holds all that are common. */
const RARE_ROWS = 2;

/**
 * Predicts how often elements occur: the most common as ANALYZE saw them, and as many rare ones as the count per value, or the width
 * of the vectors, leaves room for.
 * @source src/backend/utils/adt/array_typanalyze.c; src/backend/tsearch/ts_typanalyze.c
 */
export function elementsOfStatistics(statistics: ElementStatistics): ElementFacts {
  const { elements, shares, nullRatio, rows } = statistics;
  const present = 1 - nullRatio;
  const bytesOf = (length: number): number => statistics.fixedBytes ?? 1 + length;
  const classes: ElementClass[] = elements.map((element, index) => ({
    keys: 1,
    rowShare: (shares[index] ?? 0) * present,
    keyBytes: bytesOf(Buffer.byteLength(element)),
  }));
  const lengths = elements.map((element) => Buffer.byteLength(element));
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const rareLength = Math.max(4, average * RARE_LENGTH);
  const rest = restPerValue(statistics, lengths, rareLength);
  if (rest > LEAST_REST) classes.push(...rareClasses(rest, statistics, bytesOf(rareLength)));
  return { classes, emptyRatio: rows > 0 ? nullRatio : 0 };
}

/** Elements of a value beyond the common ones, below which none are taken to be there. */
const LEAST_REST = 0.02;

function restPerValue(
  { isVector, shares, perValue, widthBytes }: ElementStatistics,
  lengths: readonly number[],
  rareLength: number,
): number {
  const known = lengths.reduce((sum, _, index) => sum + (shares[index] ?? 0), 0);
  if (perValue !== null) return perValue - known;
  if (!isVector) return 0;
  const used = lengths.reduce((sum, length, index) => sum + (shares[index] ?? 0) * (length + WORD_BYTES), 0);
  return (widthBytes - VECTOR_BYTES - used) / (rareLength + WORD_BYTES);
}

/** Rare elements: the tail of a full list falls on as its end did; that of a list with room holds each a few times. */
function rareClasses(
  rest: number,
  { elements, shares, nullRatio, rows }: ElementStatistics,
  keyBytes: number,
): readonly ElementClass[] {
  const occurrences = rest * rows * (1 - nullRatio);
  if (elements.length < FULL_LIST) {
    const keys = Math.max(1, occurrences / RARE_ROWS);
    return [{ keys, rowShare: occurrences / keys / rows, keyBytes }];
  }
  const classes: ElementClass[] = [];
  let left = occurrences;
  let each = (shares[elements.length - 1] ?? 0) * rows * (1 - nullRatio);
  // Words by rank: twice as many have half as many rows.
  for (let keys = elements.length; left > 0; keys *= 2) {
    each = Math.max(1, each / 1.5);
    const taken = each === 1 ? left : Math.min(left, keys * each);
    classes.push({ keys: taken / each, rowShare: each / rows, keyBytes });
    left -= taken;
  }
  return classes;
}
