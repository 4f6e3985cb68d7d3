/**
 * Strings of bits, most significant first. Plain fields and functions instead of methods: the inner loops of the
 * store run here, millions of times a second.
 */

/** A string that is being written. */
export interface BitWriter {
  bytes: Uint8Array;
  /** Bytes written so far. */
  at: number;
  /** Bits that wait for a whole byte, in the low end. */
  pending: number;
  pendingBits: number;
}

/** A string that is being read. Past its end there are zeros. */
export interface BitReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bits read so far. */
  position: number;
}

const BYTE = 8;

/** Bytes over which 32 bits may lie. */
export const PEEKED_BYTES = 5;

/** Widest piece that stays exact in 32-bit operations beside seven pending bits. */
export const PIECE = 24;

/** Starts a string; it grows as it needs. */
export function writeInto(bytes: Uint8Array): BitWriter {
  return { bytes, at: 0, pending: 0, pendingBits: 0 };
}

/** Writes the low `width` bits of a whole number; `width` 0 to 53. */
export function writeBits(bits: BitWriter, value: number, width: number): void {
  if (width > PIECE) {
    const high = Math.floor(value / 2 ** PIECE);
    writeBits(bits, high, width - PIECE);
    writeBits(bits, value - high * 2 ** PIECE, PIECE);
    return;
  }
  let { at, pending, pendingBits } = bits;
  if (at + 4 > bits.bytes.length) grow(bits);
  const { bytes } = bits;
  pending = (pending << width) | value;
  pendingBits += width;
  while (pendingBits >= BYTE) {
    pendingBits -= BYTE;
    bytes[at] = pending >>> pendingBits;
    at += 1;
  }
  bits.at = at;
  bits.pending = pending & ((1 << pendingBits) - 1);
  bits.pendingBits = pendingBits;
}

/** Writes a number as that many zeros and a one. */
export function writeUnary(bits: BitWriter, count: number): void {
  let left = count;
  for (; left >= PIECE; left -= PIECE) writeBits(bits, 0, PIECE);
  writeBits(bits, 1, left + 1);
}

/** Gives a copy of what was written, filled up with zeros to a whole byte. */
export function finishBits(bits: BitWriter): Buffer {
  const { bytes, pending, pendingBits } = bits;
  if (pendingBits > 0) {
    bytes[bits.at] = pending << (BYTE - pendingBits);
    bits.at += 1;
  }
  return Buffer.from(bytes.subarray(0, bits.at));
}

/** Starts to read. */
export function readFrom(bytes: Uint8Array): BitReader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), position: 0 };
}

/** Gives the 32 bits from a place on, as a signed number of 32 bits. */
function peekBits(bits: BitReader, position: number): number {
  const at = position >>> 3;
  const shift = position & 7;
  const { bytes, view } = bits;
  if (at + PEEKED_BYTES <= bytes.length) {
    return (view.getInt32(at) << shift) | ((bytes[at + 4] ?? 0) >>> (BYTE - shift));
  }
  let word = 0;
  for (let index = 0; index < 4; index += 1) word = (word << BYTE) | (bytes[at + index] ?? 0);
  return (word << shift) | ((bytes[at + 4] ?? 0) >>> (BYTE - shift));
}

/** Reads a number of `width` bits, 0 to 53. */
export function readBits(bits: BitReader, width: number): number {
  if (width > PIECE) {
    const high = readBits(bits, width - PIECE);
    return high * 2 ** PIECE + readBits(bits, PIECE);
  }
  const word = peekBits(bits, bits.position);
  bits.position += width;
  // In two steps: a shift by 32 is none.
  return (word >>> 1) >>> (31 - width);
}

/** Reads a number written as zeros and a one. */
export function readUnary(bits: BitReader): number {
  const end = bits.bytes.length * BYTE;
  let count = 0;
  for (;;) {
    const zeros = Math.clz32(peekBits(bits, bits.position));
    count += zeros;
    bits.position += zeros;
    if (zeros < 32 || bits.position >= end) break;
  }
  bits.position += 1;
  return count;
}

function grow(bits: BitWriter): void {
  const grown = new Uint8Array(bits.bytes.length * 2 + BYTE);
  grown.set(bits.bytes);
  bits.bytes = grown;
}
