import { groupSizes, type SizedGroups } from './group-sizes.ts';
import {
  INDEX_PAGE_ROOM_BYTES,
  indexTupleBytes,
  LINE_POINTER_BYTES,
  maxAlign,
  PAGE_BYTES,
} from './page-layout.ts';
import type { IndexColumnFacts, IndexFacts, IndexSize } from './types.ts';

/** Largest posting list tuple that a build makes. @source nbtsort.c `_bt_load`: a tenth of the page less a pointer */
const MAXIMUM_POSTING_BYTES = 812;

/** Bytes of one heap TID in a posting list. */
const TID_BYTES = 6;

/** Free space that a page above the leaves keeps. @source nbtree.h BTREE_NONLEAF_FILLFACTOR */
const NON_LEAF_FREE_BYTES = Math.floor((PAGE_BYTES * 30) / 100);

/** Items after which filling pages tells nothing new. */
const SIMULATED_ITEMS = 4_000;

/** Pages that are filled to learn how full pages of such items become. */
const SIMULATED_PAGES = 12;

/** Combinations of widths that stand for all. */
const WIDTH_SAMPLES = 64;

/**
 * Predicts the size of a freshly built btree: tuples as they are laid out, equal keys in posting lists, pages closed
 * by the build's own rule, separators cut after the first key that tells two leaves apart.
 * @source src/backend/access/nbtree/nbtsort.c `_bt_buildadd`, nbtdedup.c
 */
export function btreeSize(facts: IndexFacts): IndexSize {
  const { rows, columns } = facts;
  const keys = columns.filter((column) => column.isKey);
  const values = keys.map((column) => column.values);
  const groups = groupSizes(values, facts);
  const isDeduplicated =
    facts.canDeduplicate &&
    !facts.isUnique &&
    keys.length === columns.length &&
    facts.options['deduplicate_items'] !== 'off';
  const freeBytes = Math.floor((PAGE_BYTES * (100 - Number(facts.options['fillfactor'] ?? 90))) / 100);
  let leaves = 0;
  let items = 0;
  for (const group of groups) {
    const widths = sampleWidths(columns, group.nulls);
    const runs = isDeduplicated
      ? runsOf(group.rows, average(widths))
      : { full: 0, perFull: 0, rest: group.rows };
    const perGroup = isDeduplicated ? runs.full + (runs.rest > 0 ? 1 : 0) : group.rows;
    items += perGroup * group.count;
    leaves += group.count * pagesPerGroup(group, { widths, isDeduplicated, freeBytes });
  }
  const leafPages = Math.max(1, Math.ceil(leaves - 1e-6));
  const inner = innerPages(leafPages, pivotBytes(keys, groups, { items, facts }));
  // An empty btree has a root all the same, unless nothing was ever put in: then the metapage stands alone.
  const pages = rows < 1 ? 1 : 1 + leafPages + inner.pages;
  return { pages, treeHeight: inner.levels, entries: rows };
}

interface Runs {
  /** Posting tuples of the greatest size. */
  readonly full: number;
  readonly perFull: number;
  /** Rows of the last tuple. */
  readonly rest: number;
}

function runsOf(rows: number, keyBytes: number): Runs {
  const perFull = Math.floor((MAXIMUM_POSTING_BYTES - 4 - maxAlign(keyBytes)) / TID_BYTES);
  if (perFull < 2) return { full: rows, perFull: 1, rest: 0 };
  const full = Math.floor(rows / perFull);
  return { full, perFull, rest: rows - full * perFull };
}

interface GroupLayout {
  /** Sizes of the key's tuple, a sample. */
  readonly widths: readonly number[];
  readonly isDeduplicated: boolean;
  readonly freeBytes: number;
}

/** Fills some pages with groups of one size, one after the other, by the rule of the build. */
function pagesPerGroup(group: SizedGroups, layout: GroupLayout): number {
  const pages = createPageFiller(layout.freeBytes);
  const widthOf = (number: number): number => layout.widths[number % layout.widths.length] ?? 16;
  if (layout.isDeduplicated) return pagesOfPostings(group.rows, pages, widthOf);
  let rows = 0;
  for (; pages.closed() < SIMULATED_PAGES && rows < SIMULATED_ITEMS; rows++) pages.add(widthOf(rows), 0);
  return (pages.filled() / rows) * group.rows;
}

/** Pages of one group whose rows share posting lists. */
function pagesOfPostings(rows: number, pages: PageFiller, widthOf: (number: number) => number): number {
  let items = 0;
  let groups = 0;
  for (; pages.closed() < SIMULATED_PAGES && items < SIMULATED_ITEMS; groups++) {
    const key = widthOf(groups);
    const { full, perFull, rest } = runsOf(rows, key);
    const fitting = Math.min(full, SIMULATED_ITEMS - items);
    for (let i = 0; i < fitting; i++) addPosting(pages, key, perFull);
    items += fitting + 1;
    if (fitting < full) return (pages.filled() / fitting) * (full + rest / perFull);
    const last = Math.max(rest, full === 0 ? 1 : 0);
    if (last > 0.5) addPosting(pages, key, last > 1.5 ? last : 1);
  }
  return pages.filled() / groups;
}

/** Adds one tuple that stands for so many rows of one key. */
function addPosting(pages: PageFiller, key: number, rows: number): void {
  if (rows > 1) pages.add(maxAlign(key + rows * TID_BYTES), maxAlign(rows * TID_BYTES));
  else pages.add(maxAlign(key), 0);
}

interface PageFiller {
  /** Puts an item on the page; `tailBytes` is what a separator made of it would leave out. */
  add(itemBytes: number, tailBytes: number): void;
  /** Pages that are full. */
  closed(): number;
  /** Pages with the share of the last one. */
  filled(): number;
}

/** Closes a page as `_bt_buildadd` does: the item that went over the fill factor moves to the next page. */
function createPageFiller(freeBytes: number): PageFiller {
  const room = INDEX_PAGE_ROOM_BYTES - 2 * LINE_POINTER_BYTES;
  let closed = 0;
  let free = room;
  let last = { bytes: 0, tail: 0 };
  let items = 0;
  const add = (bytes: number, tail: number): void => {
    const isFull = free < bytes + 8 || (free + last.tail < freeBytes && items > 1);
    if (isFull && items > 1) {
      closed++;
      free = room - last.bytes - LINE_POINTER_BYTES;
      items = 1;
    }
    free -= bytes + LINE_POINTER_BYTES;
    items++;
    last = { bytes, tail };
  };
  const filled = (): number => closed + Math.min(1, (room - free) / Math.max(1, room - freeBytes));
  return { add, closed: () => closed, filled };
}

/** Sizes of tuples over the combinations of widths; the golden ratio spreads the draws of each column evenly. */
function sampleWidths(columns: readonly IndexColumnFacts[], nulls: number): readonly number[] {
  const varying = columns.some((column) => column.values.widths.length > 1);
  const nullableIncludes = columns.some((column) => !column.isKey && column.values.nullRatio > 0);
  const samples = varying || nullableIncludes ? WIDTH_SAMPLES : 1;
  return Array.from({ length: samples }, (_, sample) =>
    indexTupleBytes(
      columns.map((column, position) => {
        const draw = (0.5 / samples + (sample + 1) * GOLDEN ** (position + 1)) % 1;
        const isNull = column.isKey ? (nulls & (1 << position)) !== 0 : draw < column.values.nullRatio;
        return { ...column, bytes: isNull ? null : widthAt(column, draw) };
      }),
    ),
  );
}

const GOLDEN = 0.618033988749895;

function widthAt({ values: { widths } }: IndexColumnFacts, draw: number): number {
  let left = draw;
  for (const { bytes, share } of widths) {
    left -= share;
    if (left < 0) return bytes;
  }
  return widths.at(-1)?.bytes ?? 8;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Expected size of a separator between two leaves: the keys up to the first that differs, and the TID if none does. */
function pivotBytes(
  keys: readonly IndexColumnFacts[],
  groups: readonly SizedGroups[],
  { items, facts }: { items: number; facts: IndexFacts },
): number {
  let sameBefore = 1;
  let bytes = 0;
  for (let kept = 1; kept <= keys.length; kept++) {
    const prefix = keys.slice(0, kept);
    const prefixGroups =
      kept === keys.length
        ? groups
        : groupSizes(
            prefix.map((column) => column.values),
            { ...facts, distinctKeys: null },
          );
    const distinct = prefixGroups.reduce((sum, group) => sum + group.count, 0);
    const same = Math.min(sameBefore, Math.max(0, 1 - distinct / Math.max(1, items)));
    bytes += (sameBefore - same) * averageTuple(prefix);
    sameBefore = same;
  }
  return bytes + sameBefore * (averageTuple(keys) + 8);
}

function averageTuple(columns: readonly IndexColumnFacts[]): number {
  return average(sampleWidths(columns, 0));
}

/** Pages above the leaves, which are filled to 70 %; the first separator of each page is empty. */
function innerPages(leafPages: number, separatorBytes: number): { pages: number; levels: number } {
  const room = INDEX_PAGE_ROOM_BYTES - 2 * LINE_POINTER_BYTES - NON_LEAF_FREE_BYTES;
  const children = Math.max(2, Math.floor(room / (separatorBytes + LINE_POINTER_BYTES)));
  let pages = 0;
  let levels = 0;
  for (let below = leafPages; below > 1; levels++) {
    below = Math.ceil(below / children);
    pages += below;
  }
  return { pages, levels };
}
