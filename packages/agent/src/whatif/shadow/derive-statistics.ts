import { arrayText } from '../../kernel/index.ts';
import { drawnWeight } from '../index-size/drawn-weight.ts';
import type { ColumnStatistics } from '../types.ts';
import type { SampledRow } from './sample-expression.ts';

/** Statistics of an expression's values, whatever they are attached to. */
export type ValueStatistics = Omit<ColumnStatistics, 'schema' | 'table' | 'column' | 'isInherited'>;

/** What is known of the column below an expression. */
export interface BaseColumn {
  /** Distinct values; null when unknown. */
  readonly distinct: number | null;
  readonly correlation: number | null;
  readonly tableRows: number;
}

interface Group {
  readonly text: string;
  readonly bytes: number;
  /** Share by values whose share is known, and values drawn beside them. */
  share: number;
  drawn: number;
  readonly rank: number;
}

/** Values that ANALYZE keeps at most, at the default target. */
const MOST_COMMON = 100;

/** ANALYZE takes a count above this share of the rows to grow with them. @source src/backend/commands/analyze.c compute_scalar_stats */
const GROWING_SHARE = 0.1;

/**
 * Predicts what ANALYZE would find of an expression, from its values over the statistics of the column below.
 * @returns null when nothing but NULL came out
 */
export function deriveStatistics(rows: readonly SampledRow[], base: BaseColumn): ValueStatistics | null {
  const weight = drawnWeight(rows, 1);
  const groups = groupRows(rows);
  if (groups.length === 0) return null;
  const shareOf = (group: Group): number => group.share + group.drawn * weight;
  const total = groups.reduce((sum, group) => sum + shareOf(group), 0);
  const isSmall = groups.filter((group) => group.drawn >= 2).length * 2 >= drawnGroups(groups);
  const common = (isSmall ? groups : groups.filter((group) => group.share > 0))
    .toSorted((a, b) => shareOf(b) - shareOf(a))
    .slice(0, MOST_COMMON);
  const inCommon = new Set(common.map((group) => group.text));
  const histogram = groups
    .filter((group) => !inCommon.has(group.text) && group.drawn > 0)
    .toSorted((a, b) => a.rank - b.rank);
  return {
    nullRatio: Math.max(0, Math.min(1, 1 - total)),
    widthBytes: Math.max(
      1,
      Math.round(groups.reduce((sum, group) => sum + (group.bytes * shareOf(group)) / total, 0)),
    ),
    distinct: asDistinct(countDistinct(groups, { isSmall, base }), base.tableRows),
    commonValues: common.length === 0 ? null : arrayText(common.map(({ text }) => text)),
    commonFrequencies: common.length === 0 ? null : common.map(shareOf),
    histogram: histogram.length < 2 ? null : arrayText(histogram.map(({ text }) => text)),
    correlation: isMonotone(rows) ? base.correlation : null,
    commonElements: null,
    commonElementFrequencies: null,
    elementCountHistogram: null,
    rangeLengthHistogram: null,
    rangeEmptyRatio: null,
    rangeBoundsHistogram: null,
  };
}

function groupRows(rows: readonly SampledRow[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { text, bytes, share, rank } of rows) {
    if (text === null) continue;
    const group = groups.get(text) ?? { text, bytes, share: 0, drawn: 0, rank: rank ?? 0 };
    groups.set(text, group);
    if (share === null) group.drawn += 1;
    else group.share += share;
  }
  return [...groups.values()];
}

function drawnGroups(groups: readonly Group[]): number {
  return groups.filter((group) => group.drawn > 0).length;
}

/** Few values: those seen and by their repetitions those not seen. Many: as the column has, or as fit on the grid that they lie on. */
function countDistinct(
  groups: readonly Group[],
  { isSmall, base }: { readonly isSmall: boolean; readonly base: BaseColumn },
): number {
  const most = Math.max(groups.length, base.distinct ?? base.tableRows);
  if (!isSmall) return Math.min(most, gridPlaces(groups.map((group) => group.text)) ?? most);
  const once = groups.filter((group) => group.drawn === 1 && group.share === 0).length;
  const twice = groups.filter((group) => group.drawn === 2 && group.share === 0).length;
  return Math.min(most, groups.length + (once * Math.max(0, once - 1)) / (2 * (twice + 1)));
}

/**
 * Counts the places between the least and the greatest value when all lie on one grid, such as days or whole numbers.
 * @returns null when the values are no numbers and no times
 */
function gridPlaces(texts: readonly string[]): number | null {
  const numbers = texts.map(asNumber).toSorted((a, b) => a - b);
  const first = numbers[0];
  const last = numbers.at(-1);
  if (first === undefined || last === undefined || numbers.some(Number.isNaN) || last === first) return null;
  const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  const step = steps.filter((one) => one > 0).reduce(commonDivisor);
  return (last - first) / step + 1;
}

function asNumber(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) && /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) / 1_000 : number;
}

function commonDivisor(a: number, b: number): number {
  let [greater, smaller] = a > b ? [a, b] : [b, a];
  const enough = greater * 1e-9;
  while (smaller > enough) [greater, smaller] = [smaller, greater % smaller];
  return greater;
}

function asDistinct(count: number, tableRows: number): number {
  const whole = Math.max(1, Math.round(count));
  return tableRows > 0 && whole > GROWING_SHARE * tableRows ? -Math.min(1, whole / tableRows) : whole;
}

/** Whether greater values of the column give greater values of the expression, so that both lie alike on the disk. */
function isMonotone(rows: readonly SampledRow[]): boolean {
  const drawn = rows
    .flatMap(({ place, rank, text }) =>
      place === null || rank === null || text === null ? [] : [{ place, rank, text }],
    )
    .toSorted((a, b) => a.place - b.place);
  return (
    drawn.length > 1 &&
    drawn.every((row, index) => {
      const before = drawn[index - 1];
      return before === undefined || before.text === row.text || before.rank <= row.rank;
    })
  );
}
