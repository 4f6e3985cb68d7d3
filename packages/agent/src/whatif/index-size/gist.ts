import { indexTupleBytes, LINE_POINTER_BYTES, PAGE_BYTES } from './page-layout.ts';
import type { IndexColumnFacts, IndexFacts, IndexSize } from './types.ts';

const ROOM_BYTES: number = PAGE_BYTES - 24 - 16;

/** Bytes of a signature that stands for many keys, and the most keys that are kept one by one. */
const ARRAY_HEADER_BYTES = 5;
const TSVECTOR_SIGNATURE_BYTES = 124;
const TSVECTOR_MOST_BYTES = 2_000;

/** Server from which `btree_gist` sorts rows before it builds. */
const SORTED_SINCE = 180_000;

/** How full pages are, measured on PostgreSQL 14 to 18: splits leave gaps, the more so where rows come in order. */
const FILL = { sorted: 0.98, ranges: 0.57, addresses: 0.73, signatures: 0.62, words: 0.8, others: 0.58 };
const IN_ORDER = 0.9;
const FILL_IN_ORDER = 0.46;

/**
 * Predicts the size of a freshly built GiST index from the width of what its operator classes store.
 * @source src/backend/access/gist/gistsplit.c; contrib/btree_gist; contrib/pg_trgm/trgm_gist.c
 */
export function gistSize(facts: IndexFacts): IndexSize {
  const { rows, columns, versionNumber } = facts;
  const bytes = indexTupleBytes(columns.map(stored)) + LINE_POINTER_BYTES;
  const fills = columns.filter((column) => column.isKey).map((column) => fillOf(column, versionNumber));
  const leaves = Math.max(1, Math.ceil((rows * bytes) / (ROOM_BYTES * Math.min(...fills))));
  const inner = leaves > 1 ? Math.ceil((leaves * bytes) / (ROOM_BYTES * Math.min(...fills))) : 0;
  return { pages: leaves + inner, treeHeight: null, entries: rows };
}

function stored(column: IndexColumnFacts): { bytes: number; lengthBytes: number; alignmentBytes: number } {
  const name = column.operatorClass ?? '';
  const average = column.values.widths.reduce((sum, { bytes, share }) => sum + bytes * share, 0);
  const varying = (bytes: number): ReturnType<typeof stored> => ({
    bytes,
    lengthBytes: -1,
    alignmentBytes: 4,
  });
  if (name.includes('trgm')) return varying(ARRAY_HEADER_BYTES + 3 * (average + 2));
  if (name === 'tsvector_ops') {
    // Four bytes a word of some thirteen in the vector: its text, its position and its place.
    const words = (average / 16) * 4;
    return varying(words > TSVECTOR_MOST_BYTES ? TSVECTOR_SIGNATURE_BYTES : ARRAY_HEADER_BYTES + words);
  }
  if (name === 'inet_ops') return { bytes: 8, lengthBytes: 8, alignmentBytes: 4 };
  const { lengthBytes, alignmentBytes } = column;
  return { bytes: lengthBytes > 0 ? lengthBytes : average, lengthBytes, alignmentBytes };
}

function fillOf({ operatorClass, type, values }: IndexColumnFacts, versionNumber: number): number {
  const name = operatorClass ?? '';
  if (name.includes('trgm')) return FILL.signatures;
  if (name === 'tsvector_ops') return FILL.words;
  if (name === 'inet_ops') return FILL.addresses;
  if (/range/.test(name) || /range$/.test(type)) return FILL.ranges;
  if (name === 'point_ops' || (name.startsWith('gist_') && versionNumber >= SORTED_SINCE)) return FILL.sorted;
  return Math.abs(values.correlation ?? 0) > IN_ORDER ? FILL_IN_ORDER : FILL.others;
}
