import { PAGE_BYTES } from './page-layout.ts';
import type { IndexFacts, IndexSize } from './types.ts';

/** Tuple of a hash code with its line pointer. */
const ENTRY_BYTES = 20;

/** Tuples that fit on a page. */
const PAGE_ENTRIES: number = Math.floor((PAGE_BYTES - 24 - 16) / ENTRY_BYTES);

/** Groups of buckets that come at once; later ones come in quarters. @source src/include/access/hash.h HASH_SPLITPOINT_… */
const WHOLE_GROUPS = 10;

/** Values that are put into buckets one by one. */
const SIMULATED_VALUES = 20_000;

/**
 * Predicts the size of a freshly built hash index: buckets for three quarters full pages, and overflow pages where many rows have the
 * same value.
 * @source src/backend/access/hash/hashpage.c _hash_init_metabuffer
 */
export function hashSize(facts: IndexFacts): IndexSize {
  const { rows } = facts;
  const perBucket = Math.floor(
    (PAGE_BYTES * (Number(facts.options['fillfactor'] ?? 75) / 100)) / ENTRY_BYTES,
  );
  const buckets = totalBuckets(rows / Math.max(10, perBucket));
  const overflow = overflowPages(facts, buckets);
  const bitmaps = Math.max(1, Math.ceil(overflow / 32_768));
  return { pages: 1 + buckets + overflow + bitmaps, treeHeight: null, entries: rows };
}

function totalBuckets(wanted: number): number {
  if (wanted <= 2) return 2;
  const group = Math.ceil(Math.log2(wanted));
  if (group < WHOLE_GROUPS) return 2 ** group;
  const before = 2 ** (group - 1);
  return before + Math.ceil((wanted - before) / (before / 4)) * (before / 4);
}

/** Throws values into buckets, common ones first, and counts what does not fit a bucket's own page. */
function overflowPages({ rows, tableRows, columns }: IndexFacts, buckets: number): number {
  const values = columns[0]?.values;
  if (values === undefined || rows < 1) return 0;
  const distinct = Math.max(1, values.distinct ?? tableRows);
  const common = values.commonShares.map((share) => share * rows);
  const rest = Math.max(0, rows * (1 - values.nullRatio) - common.reduce((sum, own) => sum + own, 0));
  const others = Math.max(0, Math.min(rest, distinct - common.length));
  const filled = new Float64Array(buckets);
  const thrown = Math.min(others, SIMULATED_VALUES);
  // Values too many to be thrown one by one lie evenly, but for the chance that moves them.
  const even = others > thrown ? rest / buckets : 0;
  if (even > 0) return Math.round(buckets * expectedOverflow(even, Math.sqrt(even * (rest / others))));
  for (const [place, own] of common.entries()) add(filled, place, own);
  for (let place = 0; place < thrown; place += 1) add(filled, common.length + place, rest / thrown);
  return filled.reduce((sum, own) => sum + Math.max(0, Math.ceil(own / PAGE_ENTRIES) - 1), 0);
}

function add(buckets: Float64Array, value: number, rows: number): void {
  const place = Math.imul(value + 1, 0x9e37_79b1) >>> 0;
  const mixed = Math.imul(place ^ (place >>> 15), 0x85eb_ca6b) >>> 0;
  const bucket = mixed % buckets.length;
  buckets[bucket] = (buckets[bucket] ?? 0) + rows;
}

/** Share of buckets whose load, about normal, is beyond a page. */
function expectedOverflow(mean: number, deviation: number): number {
  const distance = (PAGE_ENTRIES - mean) / Math.max(1e-9, deviation);
  const logistic = 1 / (1 + Math.exp(1.702 * distance));
  return Math.max(0, mean / PAGE_ENTRIES - 1) + logistic;
}
