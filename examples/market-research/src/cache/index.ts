/**
 * The market-research product's cache, as an application builds it on `@pgsteward/cache`. Takes a cache and a pool; gives
 * product searches that are at most an hour old, market analyses at most two, data of users, and invalidates what a write
 * has changed. A subpath of its own, so that who only wants the workload loads no cache.
 */
export {
  createMarketResearchCache,
  type MarketResearchCache,
  type MarketResearchCacheOptions,
} from './market-research-cache.ts';
export type {
  CachedRead,
  CompletedAnalysis,
  FoundProduct,
  MarketMetrics,
  PastSearch,
  Product,
  ProductSearch,
} from './reads.ts';
export * as reads from './reads.ts';
