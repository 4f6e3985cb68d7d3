import type { Cache, InvalidationResult } from '@pgsteward/cache';
import type { Pool, QueryResultRow } from 'pg';
import type {
  CachedRead,
  CompletedAnalysis,
  FoundProduct,
  MarketMetrics,
  PastSearch,
  Product,
  ProductSearch,
} from './reads.ts';
import * as reads from './reads.ts';
import { productTag, queryHash, searchTag, searchTagsOf } from './tags.ts';

/**
 * The specification's three operations (cache a product search, cache a market analysis, invalidate a user's data) and what
 * they need beside them. Caching is part of reading: a value that is computed first and stored later, as with `setex`, may
 * be older than an invalidation in between. Invalidate after the commit.
 */
export interface MarketResearchCache {
  /** Gives one product, at most an hour old. */
  product(productId: string): Promise<Product | null>;
  /** Gives the products that a search finds, best first, at most an hour old. */
  productSearch(search: ProductSearch): Promise<readonly FoundProduct[]>;
  /** Gives the metrics of categories, at most two hours old, most products first. */
  marketAnalysis(categories: readonly string[]): Promise<readonly MarketMetrics[]>;
  /** Gives a user's latest searches. */
  userHistory(userId: string): Promise<readonly PastSearch[]>;
  /** Gives a user's latest completed analyses. */
  userAnalyses(userId: string): Promise<readonly CompletedAnalysis[]>;
  /** Invalidates all data of one user. @param userId a uuid in lower case, as PostgreSQL writes it */
  invalidateUser(userId: string): Promise<InvalidationResult>;
  /**
   * Invalidates a product that was written, and every search that it may appear in, whatever its prices.
   * @param categories that of the product; the one before too, where it has changed
   */
  invalidateProduct(productId: string, categories: readonly string[]): Promise<InvalidationResult>;
  /** Invalidates the searches of queries whose results were ranked anew. */
  invalidateSearches(queries: readonly string[]): Promise<InvalidationResult>;
}

/** What the product's cache stands on. */
export interface MarketResearchCacheOptions {
  readonly cache: Cache;
  /** A pool on the database of `createMarketResearch`. */
  readonly pool: Pool;
}

/**
 * Creates the product's cache.
 * @example
 * const research = createMarketResearchCache({ cache, pool });
 * const found = await research.productSearch({ query: 'query 1', categories: ['cat-001'], minPrice: 10, maxPrice: 100 });
 */
export function createMarketResearchCache({ cache, pool }: MarketResearchCacheOptions): MarketResearchCache {
  const read = <R extends QueryResultRow>(wanted: CachedRead): Promise<readonly R[]> => {
    const { key, tags, ttlMs, statement } = wanted;
    return cache.wrap(key, { tags, ttlMs }, async () => {
      const { rows } = await pool.query<R>({ ...statement, values: [...statement.values] });
      return rows;
    });
  };
  return {
    product: async (productId) => (await read<Product>(reads.product(productId)))[0] ?? null,
    productSearch: (search) => read<FoundProduct>(reads.productSearch(search)),
    marketAnalysis: (categories) => read<MarketMetrics>(reads.marketAnalysis(categories)),
    userHistory: (userId) => read<PastSearch>(reads.userHistory(userId)),
    userAnalyses: (userId) => read<CompletedAnalysis>(reads.userAnalyses(userId)),
    invalidateUser: (userId) => cache.invalidateUser(userId),
    async invalidateProduct(productId, categories) {
      const { rows } = await pool.query<{ readonly hash: string }>(
        'select distinct search_query_hash as hash from product_search_results where product_id = $1',
        [productId],
      );
      const searches = rows.flatMap(({ hash }) =>
        categories.flatMap((category) => searchTagsOf(hash, category)),
      );
      return cache.invalidate([productTag(productId), ...searches]);
    },
    invalidateSearches: (queries) => cache.invalidate(queries.map((query) => searchTag(queryHash(query)))),
  };
}
