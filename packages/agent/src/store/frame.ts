import type { SeriesKind } from '../series/index.ts';
import { type EncodableRows, encodeRows } from './codec/rows.ts';

/** Series of one shard: those of consecutive ordinals, so that one series can be read without all others. */
export const SHARD_SERIES = 64;

/** Largest number that a column holds: twice the difference of two must stay exact. */
const LARGEST = 2 ** 51 - 1;

/** A value in its unit as the store keeps it; what is no number is none, what is too large ends at what fits. */
export function toStored(kind: SeriesKind, column: number, value: number): number {
  const stored = Math.round(value * (kind.columns[column]?.scale ?? 1));
  return Math.max(-LARGEST, Math.min(LARGEST, Number.isNaN(stored) ? 0 : stored));
}

/** A stored value in its unit. */
export function fromStored(kind: SeriesKind, column: number, stored: number): number {
  return stored / (kind.columns[column]?.scale ?? 1);
}

/** Rows that grow: places and stored values, column by column. */
export interface GrowingRows {
  readonly places: number[];
  readonly columns: number[][];
}

/** Starts rows with so many columns. */
export function growingRows(width: number): GrowingRows {
  return { places: [], columns: Array.from({ length: width }, () => []) };
}

/** Encodes rows that have grown; their places are in order. */
export function encodeGrown(rows: GrowingRows): Buffer {
  return encodeRows({ places: new Int32Array(rows.places), values: new Float64Array(rows.columns.flat()) });
}

/** Copies one row to the end of others under a place of its own. */
export function copyRow(from: EncodableRows, index: number, to: GrowingRows, place: number): void {
  to.places.push(place);
  const count = from.places.length;
  for (let column = 0; column < to.columns.length; column += 1) {
    to.columns[column]?.push(from.values[column * count + index] ?? 0);
  }
}

/**
 * Folds rows of ticks into what each place came to: sums, last values or maxima as the kind says. Ticks are given in
 * the order of time.
 */
export interface Folder {
  add(rows: EncodableRows): void;
  /** Gives the places in order, with their folded columns. */
  result(): EncodableRows;
}

/** Starts a fold over places 0 to `capacity - 1`. */
export function createFolder(kind: SeriesKind, capacity: number): Folder {
  const folds = kind.columns.map(({ fold }) => fold);
  const sums = new Float64Array(folds.length * capacity);
  const isSeen = new Uint8Array(capacity);
  return {
    add(rows) {
      const { places } = rows;
      for (let row = 0; row < places.length; row += 1) isSeen[places[row] ?? 0] = 1;
      for (let column = 0; column < folds.length; column += 1) {
        foldColumn({ sums, from: column * capacity }, rows, { column, fold: folds[column] ?? 'sum' });
      }
    },
    result() {
      const places = Int32Array.from(isSeen.keys()).filter((place) => isSeen[place] === 1);
      const values = new Float64Array(places.length * folds.length);
      for (let column = 0; column < folds.length; column += 1) {
        for (let row = 0; row < places.length; row += 1) {
          values[column * places.length + row] = sums[column * capacity + (places[row] ?? 0)] ?? 0;
        }
      }
      return { places, values };
    },
  };
}

function foldColumn(
  into: { readonly sums: Float64Array; readonly from: number },
  { places, values }: EncodableRows,
  { column, fold }: { readonly column: number; readonly fold: 'sum' | 'last' | 'maximum' },
): void {
  const { sums, from } = into;
  const begin = column * places.length;
  for (let row = 0; row < places.length; row += 1) {
    const place = from + (places[row] ?? 0);
    const value = values[begin + row] ?? 0;
    const earlier = sums[place] ?? 0;
    if (fold === 'sum') sums[place] = earlier + value;
    else if (fold === 'last') sums[place] = value;
    else sums[place] = Math.max(earlier, value);
  }
}
