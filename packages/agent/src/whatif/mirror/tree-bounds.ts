/** Keys of a btree. */
export interface BtreeKey {
  readonly fixedBytes: number;
  /** Average bytes of the keys of variable length. */
  readonly varyingBytes: number;
}

/** Room of an inner page, and what each entry takes beside its key. @source src/include/access/nbtree.h */
const PAGE_ROOM_BYTES = 8_148;
const ENTRY_BYTES = 12;
const TID_BYTES = 8;

/**
 * Bounds the height of a btree of so many blocks: pages that split in the middle are half full, those that fill from the right or
 * were packed hold all; separators are cut to their first byte or carry all and a row's place.
 * @returns levels above the leaves; equal when the size leaves no choice
 */
export function heightBounds(
  blocks: number,
  { fixedBytes, varyingBytes }: BtreeKey,
): { readonly least: number; readonly most: number } {
  const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;
  const narrow = Math.floor(PAGE_ROOM_BYTES / (ENTRY_BYTES + 8));
  // Values around the average are wider and narrower: a page of separators may hold the wide ones.
  const wideBytes = aligned(fixedBytes + 1.5 * varyingBytes) + TID_BYTES;
  const wide = Math.floor(PAGE_ROOM_BYTES / 2 / (ENTRY_BYTES + wideBytes));
  return { least: levels(blocks, narrow), most: levels(blocks, Math.max(2, wide)) };
}

function levels(blocks: number, fanOut: number): number {
  let height = 0;
  for (let pages = blocks - 1; pages > 1; pages = Math.ceil(pages / fanOut)) height += 1;
  return height;
}
