import { finishBits, readBits, readFrom, writeBits, writeInto } from './bits.ts';
import { decodeColumn, encodeColumn } from './column.ts';

/**
 * A table of whole numbers, each row under a number of its own in ascending order: the place of a series in its shard
 * in a block, the place of a tick in its period in a chunk.
 */
export interface EncodableRows {
  readonly places: Int32Array;
  /** Column after column, each as long as `places`: many small arrays would cost more than what is in them. */
  readonly values: Float64Array;
}

const COUNT_BITS = 24;
const COLUMNS_BITS = 6;

/** Where the bodies are put together; each is copied out of it at its own length. */
let scratch: Uint8Array = new Uint8Array(2_048);

/** Writes a table of rows as one compact string of bytes; no rows give no bytes. */
export function encodeRows({ places, values }: EncodableRows): Buffer {
  const count = places.length;
  if (count === 0) return Buffer.alloc(0);
  const bits = writeInto(scratch);
  writeBits(bits, count, COUNT_BITS);
  writeBits(bits, values.length / count, COLUMNS_BITS);
  encodeColumn(bits, { values: gaps(places), begin: 0, count });
  for (let begin = 0; begin < values.length; begin += count) encodeColumn(bits, { values, begin, count });
  scratch = bits.bytes;
  return finishBits(bits);
}

/**
 * Reads a table of rows.
 * @param width columns that the caller knows; those that the table was written without read as zeros
 */
export function decodeRows(body: Uint8Array, width: number): EncodableRows {
  if (body.length === 0) return { places: new Int32Array(0), values: new Float64Array(0) };
  const bits = readFrom(body);
  const count = readBits(bits, COUNT_BITS);
  const written = readBits(bits, COLUMNS_BITS);
  const steps = roomForSteps(count);
  decodeColumn(bits, { values: steps, begin: 0, count });
  const places = new Int32Array(count);
  let place = 0;
  for (let index = 0; index < count; index += 1) {
    place += steps[index] ?? 0;
    places[index] = place;
  }
  const values = new Float64Array(count * width);
  for (let column = 0; column < Math.min(width, written); column += 1) {
    decodeColumn(bits, { values, begin: column * count, count });
  }
  return { places, values };
}

let steps = new Float64Array(0);

function roomForSteps(count: number): Float64Array {
  if (steps.length < count) steps = new Float64Array(count);
  return steps.fill(0, 0, count);
}

function gaps(places: Int32Array): Float64Array {
  const result = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1) {
    result[index] = (places[index] ?? 0) - (index === 0 ? 0 : (places[index - 1] ?? 0));
  }
  return result;
}
