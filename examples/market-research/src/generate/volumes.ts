import { MarketResearchError } from '../failure.ts';

/** How much data one scale makes. */
export interface Volumes {
  readonly products: number;
  readonly searchResults: number;
  readonly searches: number;
  readonly analyses: number;
  /** Distinct users, Zipf with exponent 0.6. */
  readonly users: number;
  /** Distinct query texts, Zipf with exponent 1. */
  readonly queries: number;
  /** Distinct categories, Zipf with exponent 1. */
  readonly categories: number;
  /** Distinct analysis keywords, Zipf with exponent 1. */
  readonly keywords: number;
}

/**
 * Computes the volumes of a scale.
 * @param scale 1 = 100,000 products, 500,000 results, 1,000,000 searches, 100,000 analyses; 0.001 to 100
 * @throws MARKET_RESEARCH.INVALID_OPTION
 */
export function volumesOf(scale: number): Volumes {
  if (!(scale >= 0.001 && scale <= 100)) {
    throw new MarketResearchError(
      'MARKET_RESEARCH.INVALID_OPTION',
      `scale ${scale} is not between 0.001 and 100`,
      'pass a scale such as 0.1',
    );
  }
  const times = (rows: number, least = 1): number => Math.max(least, Math.round(rows * scale));
  return {
    products: times(100_000),
    searchResults: times(500_000),
    searches: times(1_000_000),
    analyses: times(100_000),
    users: times(20_000, 200),
    queries: Math.min(50_000, times(50_000, 500)),
    categories: 200,
    keywords: 5_000,
  };
}
