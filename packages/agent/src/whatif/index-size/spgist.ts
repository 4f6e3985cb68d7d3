import { LINE_POINTER_BYTES, maxAlign, PAGE_BYTES } from './page-layout.ts';
import type { IndexFacts, IndexSize } from './types.ts';

const ROOM_BYTES: number = PAGE_BYTES - 24 - 8;

/** Header of a leaf tuple. @source src/include/access/spgist_private.h SpGistLeafTupleData */
const HEADER_BYTES = 16;

/** How full pages are, measured on PostgreSQL 14 to 18. */
const FILL = { texts: 0.78, addresses: 0.5, others: 0.78 };

/** Rows of a leaf page, about: below that the tree takes no more of a text away. */
const LEAF_ROWS = 100;

/** Letters that one level of texts tells apart, about. */
const ALPHABET = 16;

/**
 * Predicts the size of a freshly built SP-GiST index. The tree of texts keeps the beginnings that values share, so leaves hold what
 * is left of them.
 * @source src/backend/access/spgist/spgtextproc.c
 */
export function spgistSize({ rows, columns }: IndexFacts): IndexSize {
  const [column] = columns;
  const type = column?.type ?? '';
  const width = columns.reduce((sum, one) => {
    const average = one.values.widths.reduce((total, { bytes, share }) => total + bytes * share, 0);
    return sum + (one.lengthBytes > 0 ? one.lengthBytes : average);
  }, 0);
  const isText = /^(text|character varying)/.test(type);
  const beyondSample = Math.log(Math.max(1, rows / LEAF_ROWS / LEAF_ROWS)) / Math.log(ALPHABET);
  const shared = isText ? (column?.values.sharedPrefixBytes ?? 0) + beyondSample : 0;
  const bytes = maxAlign(HEADER_BYTES + Math.max(1, width - shared)) + LINE_POINTER_BYTES;
  const fill = isText ? FILL.texts : /inet|cidr/.test(type) ? FILL.addresses : FILL.others;
  return { pages: 3 + Math.ceil((rows * bytes) / (ROOM_BYTES * fill)), treeHeight: null, entries: rows };
}
