import { LINE_POINTER_BYTES, maxAlign, PAGE_BYTES } from './page-layout.ts';
import { postingListBytes } from './posting-lists.ts';
import type { IndexFacts, IndexSize } from './types.ts';

const HEADER_BYTES = 8;

/** Longest tuple with its rows in it. @source src/include/access/gin_private.h GinMaxItemSize */
const MAXIMUM_TUPLE_BYTES = 2_712;

/** Room of a page of the entry tree and of a page of rows. */
const ENTRY_ROOM_BYTES = PAGE_BYTES - 24 - 8;
const POSTING_ROOM_BYTES = PAGE_BYTES - 24 - 8 - 8;

/** Rows of a posting page come in segments with a header of their own. @source gindatapage.c GinPostingListSegmentMaxSize */
const SEGMENT_OVERHEAD = 384 / 376;

/**
 * Keys arrive sorted and split their page in the middle, so pages behind stay half full. Where memory holds only a part of the table,
 * later parts fill the gaps. @source ginentrypage.c entrySplitPage; gininsert.c ginBuildCallback
 */
const SORTED_FILL = 0.51;
const MERGED_FILL = 0.65;

/** Bytes of memory that an entry takes while the index is built, about, and what a build has. */
const BUILD_BYTES_PER_ROW = 9;
const BUILD_MEMORY_BYTES = 64 * 1024 ** 2;

/** Keys that occur alike often, all columns together. */
interface KeyClass {
  readonly keys: number;
  readonly rows: number;
  readonly keyBytes: number;
}

/**
 * Predicts the size of a freshly built GIN index: one tuple for each key, with its rows inside or in pages of their own.
 * @source src/backend/access/gin/ginentrypage.c GinFormTuple, gindatapage.c
 */
export function ginSize(facts: IndexFacts): IndexSize {
  const classes = facts.columns.flatMap((column) => keyClasses(column, facts));
  const entries = classes.reduce((sum, one) => sum + one.keys * one.rows, 0);
  let entryBytes = 0;
  let postingPages = 0;
  for (const { keys, rows, keyBytes } of classes) {
    const listBytes = postingListBytes({ ...facts, rows });
    const tuple = maxAlign(even(HEADER_BYTES + keyBytes) + listBytes);
    if (tuple <= MAXIMUM_TUPLE_BYTES) entryBytes += keys * (tuple + LINE_POINTER_BYTES);
    else {
      entryBytes += keys * (maxAlign(even(HEADER_BYTES + keyBytes)) + LINE_POINTER_BYTES);
      const leaves = Math.ceil((listBytes * SEGMENT_OVERHEAD) / POSTING_ROOM_BYTES);
      postingPages += keys * (leaves + (leaves > 1 ? Math.ceil(leaves / 800) : 0));
    }
  }
  const isMerged = entries * BUILD_BYTES_PER_ROW > BUILD_MEMORY_BYTES;
  const room = ENTRY_ROOM_BYTES * (isMerged ? MERGED_FILL : SORTED_FILL);
  const leaves = entryBytes <= ENTRY_ROOM_BYTES ? 1 : Math.ceil(entryBytes / room);
  const inner = leaves > 1 ? Math.ceil(leaves / 150) : 0;
  return { pages: Math.round(2 + leaves + inner + postingPages), treeHeight: null, entries };
}

/** Keys of one column; an index over several stores the column's number with each. */
function keyClasses(
  { elements, lengthBytes, values }: IndexFacts['columns'][number],
  { rows, columns }: IndexFacts,
): readonly KeyClass[] {
  const numberBytes = columns.length > 1 ? 2 : 0;
  const bytes = lengthBytes > 0 ? lengthBytes : (values.widths[0]?.bytes ?? 16);
  const { classes, emptyRatio } = elements ?? {
    classes: [{ keys: Math.max(1, Math.sqrt(rows) * 4), rowShare: 1 / Math.sqrt(rows + 1), keyBytes: bytes }],
    emptyRatio: values.nullRatio,
  };
  const placeholders = emptyRatio * rows >= 1 ? [{ keys: 1, rows: emptyRatio * rows, keyBytes: 2 }] : [];
  return [
    ...classes.flatMap(({ keys, rowShare, keyBytes }) => {
      const own = rowShare * rows;
      if (own * keys < 0.5) return [];
      // Of keys rarer than the rows are many, only as many occur as there are rows for them.
      const present = own < 1 ? { keys: keys * own, rows: 1 } : { keys, rows: own };
      return [{ ...present, keyBytes: keyBytes + numberBytes }];
    }),
    ...placeholders,
  ];
}

function even(bytes: number): number {
  return Math.ceil(bytes / 2) * 2;
}
