import { parse } from 'postgres-array';
import type { ColumnStatistics } from '../types.ts';

/** How far from the usual a value lies. */
export type ValueKind = 'common' | 'median' | 'rare';

/** Share of the rows above which a value counts as met in the middle. */
const HALF = 0.5;

/** Shares of the column's values that lie below a bound: of one that lets most rows through, half of them, few. */
const LOW_POSITIONS: Readonly<Record<ValueKind, number>> = { common: 0.1, median: 0.5, rare: 0.99 };
const HIGH_POSITIONS: Readonly<Record<ValueKind, number>> = { common: 0.9, median: 0.5, rare: 0.01 };
/** With a bound on both sides, a window that ends at the greatest value: mostly it is time, and what is asked for is new. */
const WINDOW_POSITIONS: Readonly<Record<ValueKind, number>> = { common: 0.1, median: 0.9, rare: 0.99 };

/** Values given at once to `= any ($1)`. */
const LIST_LENGTH = 3;

/** Reads an array in PostgreSQL's text format; elements that are NULL are left out. */
function readArray(text: string | null): readonly string[] {
  if (text === null) return [];
  return parse(text, (value) => value).filter((value: string | null) => value !== null);
}

/**
 * Picks values to be equal to: the most common; the one that the middle row has when rows stand from common to rare; one
 * that is on no list of common ones. Several for a list, best first; empty when nothing is known.
 */
export function equalValues(statistics: ColumnStatistics, kind: ValueKind): readonly string[] {
  const common = readArray(statistics.commonValues);
  const others = readArray(statistics.histogram);
  const from = (list: readonly string[], at: number): readonly string[] => list.slice(at, at + LIST_LENGTH);
  if (kind === 'common') return common.length > 0 ? from(common, 0) : from(others, 0);
  if (kind === 'rare') {
    return others.length > 0
      ? from(others, Math.floor(others.length / 2))
      : common.slice(-LIST_LENGTH).toReversed();
  }
  const shares = statistics.commonFrequencies ?? [];
  let covered = 0;
  for (const [index, share] of shares.entries()) {
    covered += share;
    if (covered >= HALF * (1 - statistics.nullRatio)) return from(common, index);
  }
  return others.length > 0 ? from(others, Math.floor(others.length / 4)) : from(common, 0);
}

/**
 * Picks a bound that lets most rows, half of them, or few through.
 * @param side which end of the column's values it cuts off; `window` when another bound cuts the other
 */
export function boundValue(
  statistics: ColumnStatistics,
  kind: ValueKind,
  side: 'low' | 'high' | 'window-low' | 'window-high',
): string | null {
  const values = orderedValues(statistics);
  if (side === 'window-high') return values.at(-1) ?? null;
  const positions = { low: LOW_POSITIONS, high: HIGH_POSITIONS, 'window-low': WINDOW_POSITIONS }[side];
  return values[Math.round(positions[kind] * (values.length - 1))] ?? null;
}

/** Picks a pattern that many texts, some, or one of them has. */
export function patternValue(statistics: ColumnStatistics, kind: ValueKind): string | null {
  const [value] = equalValues(statistics, kind);
  if (value === undefined) return null;
  const letters = { common: 1, median: 3, rare: value.length }[kind];
  const begin = value.slice(0, letters).replaceAll(/[\\%_]/g, String.raw`\$&`);
  return `${begin}%`;
}

/** Picks an element of arrays or a word of texts. */
export function elementValue(statistics: ColumnStatistics, kind: ValueKind): string | null {
  const shares = statistics.commonElementFrequencies ?? [];
  const byShare = readArray(statistics.commonElements)
    .map((element, index) => ({ element, share: shares[index] ?? 0 }))
    .toSorted((left, right) => right.share - left.share);
  const at = { common: 0, median: Math.floor(byShare.length / 4), rare: byShare.length - 1 }[kind];
  return byShare[at]?.element ?? null;
}

/** Takes one field of a JSON object, or one element of an array, for `@>` to look for; null where there is none. */
export function documentPart(document: string | undefined): string | null {
  if (document === undefined) return null;
  const parsed: unknown = JSON.parse(document);
  if (Array.isArray(parsed)) return parsed.length === 0 ? null : JSON.stringify(parsed.slice(0, 1));
  if (typeof parsed !== 'object' || parsed === null) return document;
  const fields = Object.entries(parsed);
  const plain = fields.find(([, value]) => typeof value !== 'object' && value !== null) ?? fields[0];
  return plain === undefined ? null : JSON.stringify(Object.fromEntries([plain]));
}

/** A histogram is in order; common values are in the order of how common they are. */
function orderedValues({ histogram, commonValues }: ColumnStatistics): readonly string[] {
  const bounds = readArray(histogram);
  if (bounds.length > 0) return bounds;
  return readArray(commonValues).toSorted((left, right) => {
    const [a, b] = [Number(left), Number(right)];
    return Number.isNaN(a) || Number.isNaN(b) ? Number(left > right) - Number(left < right) : a - b;
  });
}
