/**
 * A cache of what a database answers. Takes keys, tags and loaders; gives values that are never older than their bound,
 * from the process (L1), from a store that processes share (L2), or from the loader, one for all who ask. An invalidation
 * costs as much as it has tags, whatever it invalidates. Without a shared store it needs nothing; with one it goes on when
 * that store is away. Never reads or writes the database by itself.
 */
export { createCache } from './create-cache.ts';
export {
  CACHE_ERRORS,
  CacheError,
  type CacheErrorDefinition,
  type CacheErrorValues,
  failure,
} from './errors.ts';
export { createMemoryBackend, type MemoryBackend } from './l2/memory.ts';
export type {
  InvalidationMark,
  L2Context,
  L2Driver,
  L2Store,
  StoredRead,
  StoredValue,
  StoreEvent,
  TagBump,
  TagVersion,
  Watermark,
} from './l2/types.ts';
export { formatLsn, type Lsn, parseLsn } from './lsn.ts';
export { type Metric, metricsOf } from './metrics/metrics.ts';
export { prometheusText } from './metrics/prometheus.ts';
export { CACHE_DEFAULTS, type CacheDefault, type CacheNumber } from './settings.ts';
export type {
  Cache,
  CacheEvents,
  CacheKey,
  CacheKeyPart,
  CacheOptions,
  CacheStats,
  EntryOptions,
  InvalidationResult,
  L1Options,
  LoadContext,
  Loader,
  OutageOptions,
  ReadBound,
  Tier,
  WrapOptions,
} from './types.ts';
export type { Codec } from './value/codec.ts';
