import { LINE_POINTER_BYTES, maxAlign, PAGE_BYTES } from './page-layout.ts';
import type { IndexFacts, IndexSize } from './types.ts';

/** Ranges that one page of the map from ranges to tuples covers. @source src/include/access/brin_page.h REVMAP_PAGE_MAXITEMS */
const MAP_ENTRIES: number = Math.floor((PAGE_BYTES - 24 - 8) / 6);

const PAGE_ROOM_BYTES: number = PAGE_BYTES - 24 - 8;
const HEADER_BYTES = 5;

/** Bytes of the filter that a bloom operator class keeps, at its default settings for a range of 128 pages. */
const BLOOM_BYTES = 600;

/** Values that a minmax_multi operator class keeps at most. */
const MULTI_VALUES = 32;

/**
 * Predicts the size of a freshly built BRIN index: a metapage, the map, and one summary for each range of pages.
 * @source src/backend/access/brin/brin_tuple.c brin_form_tuple
 */
export function brinSize(facts: IndexFacts): IndexSize {
  const perRange = Number(facts.options['pages_per_range'] ?? 128);
  const ranges = Math.max(1, Math.ceil(facts.tableBlocks / perRange));
  const summary = facts.columns.reduce((sum, column) => {
    const bytes = column.lengthBytes > 0 ? column.lengthBytes : (column.values.widths[0]?.bytes ?? 16);
    const name = column.operatorClass ?? '';
    if (name.includes('bloom')) return sum + BLOOM_BYTES;
    return sum + bytes * (name.includes('multi') ? MULTI_VALUES : 2);
  }, 0);
  const tuple = maxAlign(HEADER_BYTES + Math.ceil(facts.columns.length / 4) + summary) + LINE_POINTER_BYTES;
  const perPage = Math.max(1, Math.floor(PAGE_ROOM_BYTES / tuple));
  const pages = 1 + Math.ceil(ranges / MAP_ENTRIES) + Math.ceil(ranges / perPage);
  return { pages, treeHeight: null, entries: ranges };
}
