import { arrayText } from '../../kernel/index.ts';
import { drawnWeight } from '../index-size/drawn-weight.ts';
import type { ColumnStatistics } from '../types.ts';

/** A sampled value that holds several elements: an array, or the words of a text. */
export interface SampledElements {
  /** Share of all rows that have this value; null of one drawn from the others. */
  readonly share: number | null;
  /** Texts of the distinct elements, without NULL. */
  readonly elements: readonly string[];
  readonly hasNull: boolean;
}

/** An element and the share of the values that hold it. */
export interface CommonElement {
  readonly element: string;
  readonly frequency: number;
}

/** Elements that ANALYZE keeps at most, at the default target. @source src/backend/tsearch/ts_typanalyze.c compute_tsvector_stats */
const MOST_COMMON = 1_000;

/** Predicts the elements that ANALYZE would keep: of those seen once among the values drawn nothing is known. */
export function commonElementsOf(values: readonly SampledElements[]): readonly CommonElement[] {
  const { shareOf, total } = weighing(values);
  const counts = new Map<string, { share: number; drawn: number; isKnown: boolean }>();
  for (const value of values) {
    for (const element of new Set(value.elements)) {
      const count = counts.get(element) ?? { share: 0, drawn: 0, isKnown: false };
      counts.set(element, count);
      count.share += shareOf(value);
      count.drawn += 1;
      count.isKnown ||= value.share !== null;
    }
  }
  return [...counts]
    .filter(([, { drawn, isKnown }]) => isKnown || drawn > 1)
    .map(([element, { share }]) => ({ element, frequency: Math.min(1, share / total) }))
    .toSorted((a, b) => b.frequency - a.frequency)
    .slice(0, MOST_COMMON);
}

/** What statistics say of elements. */
export type ElementStatistics = Pick<
  ColumnStatistics,
  'commonElements' | 'commonElementFrequencies' | 'elementCountHistogram'
>;

/**
 * Writes the elements as statistics have them.
 * @param sorted in the order in which the planner searches them
 * @source src/include/catalog/pg_statistic.h STATISTIC_KIND_MCELEM, STATISTIC_KIND_DECHIST
 */
export function elementStatistics(
  sorted: readonly CommonElement[],
  values: readonly SampledElements[],
  { isVector }: { readonly isVector: boolean },
): ElementStatistics {
  const frequencies = sorted.map(({ frequency }) => frequency);
  const { shareOf, total } = weighing(values);
  const nulls = values.reduce((sum, value) => sum + (value.hasNull ? shareOf(value) : 0), 0);
  const bounds = [Math.min(...frequencies), Math.max(...frequencies), ...(isVector ? [] : [nulls / total])];
  const lengths = values.map(({ elements }) => elements.length).toSorted((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + shareOf(value) * value.elements.length, 0) / total;
  return {
    commonElements: sorted.length === 0 ? null : arrayText(sorted.map(({ element }) => element)),
    commonElementFrequencies: sorted.length === 0 ? null : [...frequencies, ...bounds],
    elementCountHistogram: isVector || lengths.length < 2 ? null : [...lengths, mean],
  };
}

function weighing(values: readonly SampledElements[]): {
  readonly shareOf: (value: SampledElements) => number;
  readonly total: number;
} {
  const weight = drawnWeight(values, 1);
  const shareOf = ({ share }: SampledElements): number => share ?? weight;
  return {
    shareOf,
    total: Math.max(
      1e-9,
      values.reduce((sum, value) => sum + shareOf(value), 0),
    ),
  };
}
