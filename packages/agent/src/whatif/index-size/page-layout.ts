/** Bytes of a page. */
export const PAGE_BYTES: number = 8_192;

/** Header of an index tuple: heap TID and flags. */
const TUPLE_HEADER_BYTES = 8;

/** Room of a page with a 16-byte special area, before line pointers. */
export const INDEX_PAGE_ROOM_BYTES: number = PAGE_BYTES - 24 - 16;

/** Line pointer of an item. */
export const LINE_POINTER_BYTES: number = 4;

/** Rounds up to a multiple of 8, as MAXALIGN does. */
export function maxAlign(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** A value about to be stored; null for NULL. */
export interface StoredValue {
  readonly bytes: number | null;
  readonly lengthBytes: number;
  readonly alignmentBytes: number;
}

/**
 * Gives the size of an index tuple, without its line pointer.
 * @source src/backend/access/common/indextuple.c `index_form_tuple`: a bitmap of 4 bytes when a value is NULL; short
 *   variable-length values (below 128 bytes with header) are not aligned
 */
export function indexTupleBytes(values: readonly StoredValue[]): number {
  const hasNull = values.some((value) => value.bytes === null);
  let offset = hasNull ? maxAlign(TUPLE_HEADER_BYTES + 4) : TUPLE_HEADER_BYTES;
  for (const { bytes, lengthBytes, alignmentBytes } of values) {
    if (bytes === null) continue;
    const isShort = lengthBytes < 0 && bytes < 128;
    if (!isShort) offset = Math.ceil(offset / alignmentBytes) * alignmentBytes;
    offset += bytes;
  }
  return maxAlign(offset);
}
