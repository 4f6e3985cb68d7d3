/**
 * Collects COPY text as bytes. Writing bytes at once instead of joining strings makes the generator about
 * three times as fast: a row has some thirty pieces, and V8 would build and flatten a rope of them all.
 * ASCII only, and no value may hold a tab, a newline or a backslash, which holds for all generated data.
 */
export interface CopyWriter {
  /** Writes ASCII text. */
  readonly text: (value: string) => void;
  /** Writes a whole number >= 0. */
  readonly integer: (value: number) => void;
  /** Writes a number >= 0 with exactly `digits` (1 to 6) digits after the point; what lies beyond is cut off. */
  readonly decimal: (value: number, digits: number) => void;
  /** Writes the low 16 bits as four hexadecimal digits. */
  readonly hex16: (value: number) => void;
  /** Ends a field. */
  readonly tab: () => void;
  /** Ends a row and counts it. */
  readonly endRow: () => void;
  /** Gives what was written since the last call, as a buffer of its own, and starts anew. */
  readonly take: () => { readonly bytes: Buffer; readonly rows: number };
}

const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const largestPiece = 4_096;

/** Builds an empty writer; its buffer grows with what is written. */
export function createCopyWriter(): CopyWriter {
  let bytes = new Uint8Array(1 << 20);
  let at = 0;
  let rows = 0;

  const put = (byte: number): void => {
    bytes[at] = byte;
    at += 1;
  };
  const digits = (value: number, count: number): void => {
    let rest = value;
    for (let place = at + count - 1; place >= at; place -= 1) {
      const tens = Math.floor(rest / 10);
      bytes[place] = 48 + rest - tens * 10;
      rest = tens;
    }
    at += count;
  };
  const integer = (value: number): void => {
    let count = 1;
    for (let limit = 10; limit <= value; limit *= 10) count += 1;
    digits(value, count);
  };

  return {
    integer,
    tab: () => put(9),
    text(value) {
      for (let index = 0; index < value.length; index += 1) bytes[at + index] = value.charCodeAt(index);
      at += value.length;
    },
    decimal(value, places) {
      const whole = Math.floor(value);
      integer(whole);
      put(46);
      digits(Math.floor((value - whole) * 10 ** places), places);
    },
    hex16(value) {
      bytes[at] = hexDigits[(value >>> 12) & 15] ?? 0;
      bytes[at + 1] = hexDigits[(value >>> 8) & 15] ?? 0;
      bytes[at + 2] = hexDigits[(value >>> 4) & 15] ?? 0;
      bytes[at + 3] = hexDigits[value & 15] ?? 0;
      at += 4;
    },
    endRow() {
      put(10);
      rows += 1;
      if (at + largestPiece > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
      }
    },
    take() {
      const taken = { bytes: Buffer.from(bytes.subarray(0, at)), rows };
      at = 0;
      rows = 0;
      return taken;
    },
  };
}
