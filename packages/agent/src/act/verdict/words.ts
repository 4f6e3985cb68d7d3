import { countOf, formatRatio } from '../../kernel/index.ts';
import type { RatioInterval } from './types.ts';

/** Says a change of time: `1.32× slower (between 1.2× and 1.44×)`. */
export function changeWords({ ratio, low, high }: RatioInterval): string {
  if (ratio >= 1) return `${times(ratio)} as slow (${times(low)} to ${times(high)})`;
  return `faster by ${formatRatio(1 - ratio)} (now ${times(low)} to ${times(high)} of the time)`;
}

/** Says how many statements. */
export function countWords(count: number): string {
  return countOf(count, 'affected statement');
}

function times(ratio: number): string {
  return `${Number(ratio.toPrecision(3))}×`;
}
