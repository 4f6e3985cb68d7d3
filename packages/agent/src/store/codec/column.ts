import {
  type BitReader,
  type BitWriter,
  PEEKED_BYTES,
  PIECE,
  readBits,
  readUnary,
  writeBits,
  writeUnary,
} from './bits.ts';

/**
 * How a column of whole numbers is written. Counters of a busy statement are noise around a level, so that the
 * number itself or its difference to the one before, in Rice code, comes close to what the noise really holds.
 */
const MODE = { zero: 0, constant: 1, plain: 2, delta: 3 } as const;

const MODE_BITS = 2;
const RICE_BITS = 6;
const WIDTH_BITS = 6;
const LARGEST_LOW = 52;
/** Quotients from which a number is written in full: one wild value must not cost a thousand bits. */
const ESCAPE = 16;
/** Below this, a number, its difference to another and the zigzag of that stay exact in 32 bits. */
const SMALL = 2 ** 28;

/** A run of numbers in a longer array. */
export interface Column {
  readonly values: Float64Array;
  readonly begin: number;
  readonly count: number;
}

/** Numbers ready to be written: in 32 bits where all of them fit, which is several times faster. */
type Numbers = Int32Array | Float64Array;

interface Code {
  readonly low: number;
  readonly cost: number;
}

/**
 * Writes a column of at least one number.
 * @param column whole numbers below 2^51, so that twice the difference of two is exact
 * @source R. F. Rice, "Some Practical Universal Noiseless Coding Techniques", JPL 79-22 (1979)
 */
export function encodeColumn(bits: BitWriter, column: Column): void {
  const { count } = column;
  const { least, largest } = boundsOf(column);
  if (least === largest) {
    writeBits(bits, least === 0 ? MODE.zero : MODE.constant, MODE_BITS);
    if (least !== 0) writeFull(bits, zigzag(least));
    return;
  }
  const isSmall = least > -SMALL && largest < SMALL;
  const { plain, delta } = isSmall ? smallZigzags(column) : wideZigzags(column);
  const plainCode = bestCode(plain, count);
  const deltaCode = bestCode(delta, count);
  const isPlain = plainCode.cost <= deltaCode.cost;
  writeBits(bits, isPlain ? MODE.plain : MODE.delta, MODE_BITS);
  writeRice(bits, { numbers: isPlain ? plain : delta, count }, (isPlain ? plainCode : deltaCode).low);
}

/**
 * Reads a column into a place of its own, which is all zeros.
 * @param column where, and how many numbers
 */
export function decodeColumn(bits: BitReader, column: Column): void {
  const mode = readBits(bits, MODE_BITS);
  if (mode === MODE.zero) return;
  const { values, begin, count } = column;
  if (mode === MODE.constant) {
    values.fill(unzigzag(readFull(bits)), begin, begin + count);
    return;
  }
  readRice(bits, column, readBits(bits, RICE_BITS));
  if (mode === MODE.plain) return;
  let value = 0;
  for (let index = begin; index < begin + count; index += 1) {
    value += values[index] ?? 0;
    values[index] = value;
  }
}

function boundsOf({ values, begin, count }: Column): { readonly least: number; readonly largest: number } {
  let least = values[begin] ?? 0;
  let largest = least;
  for (let index = begin + 1; index < begin + count; index += 1) {
    const value = values[index] ?? 0;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return { least, largest };
}

/** Room for the numbers of the column at hand; it grows as it needs. */
let small = { plain: new Int32Array(0), delta: new Int32Array(0) };
let wide = { plain: new Float64Array(0), delta: new Float64Array(0) };

function smallZigzags({ values, begin, count }: Column): typeof small {
  if (small.plain.length < count) small = { plain: new Int32Array(count), delta: new Int32Array(count) };
  const { plain, delta } = small;
  let previous = 0;
  for (let index = 0; index < count; index += 1) {
    const value = (values[begin + index] ?? 0) | 0;
    const step = value - previous;
    plain[index] = (value << 1) ^ (value >> 31);
    delta[index] = (step << 1) ^ (step >> 31);
    previous = value;
  }
  return small;
}

function wideZigzags({ values, begin, count }: Column): typeof wide {
  if (wide.plain.length < count) wide = { plain: new Float64Array(count), delta: new Float64Array(count) };
  const { plain, delta } = wide;
  let previous = 0;
  for (let index = 0; index < count; index += 1) {
    const value = values[begin + index] ?? 0;
    plain[index] = zigzag(value);
    delta[index] = zigzag(value - previous);
    previous = value;
  }
  return wide;
}

/** The better of two guesses from the mean at how many low bits to write as they are. */
function bestCode(numbers: Numbers, count: number): Code {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += numbers[index] ?? 0;
  const guess = Math.min(LARGEST_LOW, Math.max(0, Math.floor(Math.log2(sum / count + 1))));
  const guessed = costOf(numbers, count, guess);
  if (guess === 0) return { low: 0, cost: guessed };
  const below = costOf(numbers, count, guess - 1);
  return below < guessed ? { low: guess - 1, cost: below } : { low: guess, cost: guessed };
}

function costOf(numbers: Numbers, count: number, low: number): number {
  return numbers instanceof Int32Array ? smallCost(numbers, count, low) : wideCost(numbers, count, low);
}

function smallCost(numbers: Int32Array, count: number, low: number): number {
  let total = count * (1 + low);
  for (let index = 0; index < count; index += 1) {
    const number = numbers[index] ?? 0;
    const quotient = number >>> low;
    total += quotient < ESCAPE ? quotient : ESCAPE + WIDTH_BITS + 32 - Math.clz32(number) - low;
  }
  return total;
}

function wideCost(numbers: Float64Array, count: number, low: number): number {
  const scale = 2 ** -low;
  let total = count * (1 + low);
  for (let index = 0; index < count; index += 1) {
    const number = numbers[index] ?? 0;
    const quotient = Math.floor(number * scale);
    total += quotient < ESCAPE ? quotient : ESCAPE + WIDTH_BITS + widthOf(number) - low;
  }
  return total;
}

interface Run {
  readonly numbers: Numbers;
  readonly count: number;
}

function writeRice(bits: BitWriter, { numbers, count }: Run, low: number): void {
  writeBits(bits, low, RICE_BITS);
  if (numbers instanceof Int32Array) writeSmallRice(bits, { numbers, count }, low);
  else writeWideRice(bits, { numbers, count }, low);
}

function writeSmallRice(
  bits: BitWriter,
  { numbers, count }: { readonly numbers: Int32Array; readonly count: number },
  low: number,
): void {
  const unit = 1 << low;
  for (let index = 0; index < count; index += 1) {
    const number = numbers[index] ?? 0;
    const quotient = number >>> low;
    const width = quotient + 1 + low;
    if (quotient < ESCAPE && width <= PIECE) {
      writeBits(bits, unit | (number & (unit - 1)), width);
      continue;
    }
    writeOne(bits, { number, quotient, rest: number & (unit - 1) }, low);
  }
}

function writeWideRice(
  bits: BitWriter,
  { numbers, count }: { readonly numbers: Float64Array; readonly count: number },
  low: number,
): void {
  const unit = 2 ** low;
  const scale = 1 / unit;
  for (let index = 0; index < count; index += 1) {
    const number = numbers[index] ?? 0;
    const quotient = Math.floor(number * scale);
    writeOne(bits, { number, quotient, rest: number - quotient * unit }, low);
  }
}

function writeOne(
  bits: BitWriter,
  { number, quotient, rest }: { readonly number: number; readonly quotient: number; readonly rest: number },
  low: number,
): void {
  if (quotient >= ESCAPE) {
    writeUnary(bits, ESCAPE);
    writeFull(bits, number);
    return;
  }
  writeUnary(bits, quotient);
  writeBits(bits, rest, low);
}

/**
 * Reads a column in Rice code: the loop that most of the store's reading time goes to, so that the state of the string
 * stays in local variables.
 */
function readRice(bits: BitReader, { values, begin, count }: Column, low: number): void {
  const { bytes, view } = bits;
  const safeEnd = (bytes.length - PEEKED_BYTES) * 8;
  // A number with all its bits lies in 32 of them, but for the wide ones and those in full.
  const widest = Math.min(ESCAPE - 1, 31 - low);
  let { position } = bits;
  for (let index = begin; index < begin + count; index += 1) {
    if (position <= safeEnd) {
      const at = position >>> 3;
      const shift = position & 7;
      const word = (view.getInt32(at) << shift) | ((bytes[at + 4] ?? 0) >>> (8 - shift));
      const quotient = Math.clz32(word);
      if (quotient <= widest) {
        const number = (quotient << low) + (((word << (quotient + 1)) >>> 1) >>> (31 - low));
        position += quotient + 1 + low;
        values[index] = (number >>> 1) ^ -(number & 1);
        continue;
      }
    }
    bits.position = position;
    values[index] = unzigzag(readOne(bits, low));
    position = bits.position;
  }
  bits.position = position;
}

function readOne(bits: BitReader, low: number): number {
  const quotient = readUnary(bits);
  return quotient >= ESCAPE ? readFull(bits) : quotient * 2 ** low + readBits(bits, low);
}

function writeFull(bits: BitWriter, number: number): void {
  const width = widthOf(number);
  writeBits(bits, width, WIDTH_BITS);
  writeBits(bits, number, width);
}

function readFull(bits: BitReader): number {
  return readBits(bits, readBits(bits, WIDTH_BITS));
}

function widthOf(number: number): number {
  return number < 2 ** 32 ? 32 - Math.clz32(number) : 32 + widthOf(Math.floor(number / 2 ** 32));
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(number: number): number {
  const half = Math.floor(number / 2);
  return number === 2 * half ? half : -half - 1;
}
