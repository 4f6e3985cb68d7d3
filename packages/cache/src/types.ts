import type { CacheError } from './errors.ts';
import type { InvalidationMark, L2Driver, TagVersion } from './l2/types.ts';
import type { Lsn } from './lsn.ts';
import type { Codec } from './value/codec.ts';

/** What a key is made of. */
export type CacheKeyPart = string | number | bigint | boolean | Uint8Array;

/** Names a value: one part or several. Parts are kept apart: `['a', 'b']` is not `['ab']`, and `1` is not `'1'`. */
export type CacheKey = CacheKeyPart | readonly CacheKeyPart[];

/** How old a value may be, checked on each read, whatever tier it comes from. */
export interface ReadBound {
  /**
   * Every commit that is older than this shows in the value. Needs a worker on the change stream (`/cdc`); without one it
   * is the time since the value was loaded.
   */
  readonly maxStalenessMs?: number;
  /**
   * Every commit up to here shows in the value: read your own writes. Needs a worker, or loaders that say their LSN.
   * `pg_current_wal_insert_lsn()` after the commit; with `synchronous_commit = off`, `pg_current_wal_lsn()` lies before it.
   */
  readonly minLsn?: Lsn;
}

/** How one value is kept. */
export interface EntryOptions {
  /** What it depends on; all of it is gone after {@link Cache.invalidate} of one of them. At most 32. */
  readonly tags?: readonly string[];
  /** How long it is fresh, in milliseconds. */
  readonly ttlMs?: number;
  /** How long after that it is still given, while it is loaded anew in the background. Never after an invalidation. */
  readonly swrMs?: number;
  /** How long null and undefined are kept, at most `ttlMs`; 0 keeps them not at all. */
  readonly negativeTtlMs?: number;
}

/** How one value is read, loaded and kept. */
export interface WrapOptions<T = unknown> extends EntryOptions, ReadBound {
  /** How long a loader may take; 0 means for ever. */
  readonly loaderTimeoutMs?: number;
  /** `bypass` neither reads nor keeps; `refresh` does not read, but keeps. */
  readonly mode?: 'cache' | 'bypass' | 'refresh';
  /** Turns the value into bytes and back; by default JSON, or V8's format where JSON would lose something. */
  readonly codec?: Codec<T>;
}

/** What a loader is told, and may tell. */
export interface LoadContext {
  /** Aborts when nobody waits any more: the loader took too long, or the cache is closed. */
  readonly signal: AbortSignal;
  /**
   * Says what the load saw, read *before* its query: `pg_last_wal_replay_lsn()` on a replica. On a primary nothing can be
   * said: a commit may stand in the log and not be visible yet. What a replica loaded before an invalidation had reached
   * it is given to the caller, and not kept.
   */
  sawLsn(lsn: Lsn): void;
}

/** Loads a value from where it really is. */
export type Loader<T> = (context: LoadContext) => T | PromiseLike<T>;

/** What became of an invalidation. */
export interface InvalidationResult {
  /**
   * `applied`: this process gives no value from before, others stop as soon as the message reaches them (within a
   * millisecond or so; if it is lost, after `l1.maxAgeMs`). `deferred`: the shared store is away; this process gives none,
   * and repeats the invalidation before it reads from the store again, but others may until then.
   */
  readonly status: 'applied' | 'deferred';
  /** The new version of each tag; empty where it was deferred. */
  readonly versions: readonly TagVersion[];
}

/** A cache of one namespace. Values are shared and frozen: what a reader gets, no reader may change. */
export interface Cache {
  readonly namespace: string;
  /**
   * Resolves when the shared store serves; at once without one. Nothing needs to wait for it: until then the cache works
   * as in an outage. It is for those who would rather not start with a wrong password.
   * @throws CACHE.STORE_UNREACHABLE, CACHE.STORE_REFUSED
   */
  ready(timeoutMs?: number): Promise<void>;
  /**
   * Gives a value from the process, else from the shared store, else from the loader: one loader for all callers of all
   * processes. A value that must not be kept (too large, not serialisable) is given all the same, and told to `refused`.
   * @throws what the loader throws, CACHE.LOADER_TIMEOUT, CACHE.OVERLOADED, CACHE.INVALID_KEY, CACHE.INVALID_TAGS
   */
  wrap<T>(key: CacheKey, options: WrapOptions<T>, loader: Loader<T>): Promise<T>;
  /** Gives a value that this process holds, without waiting. @returns undefined where it holds none that is valid */
  peek<T>(key: CacheKey, bound?: ReadBound): T | undefined;
  /** Gives a value from the process or the shared store. @returns undefined where there is none that is valid */
  get<T>(key: CacheKey, options?: ReadBound & Pick<WrapOptions<T>, 'codec'>): Promise<T | undefined>;
  /**
   * Keeps a value. Prefer `wrap`: a value computed before this call may be older than an invalidation before it.
   * @throws CACHE.UNSERIALISABLE, CACHE.VALUE_TOO_LARGE, CACHE.INVALID_KEY, CACHE.INVALID_TAGS
   */
  set<T>(key: CacheKey, value: T, options?: EntryOptions & Pick<WrapOptions<T>, 'codec'>): Promise<void>;
  /** Forgets one value; a load of it that runs anywhere is not kept. */
  delete(key: CacheKey): Promise<InvalidationResult>;
  /**
   * Invalidates all that carries one of the tags, however many values that are. Call it after the commit, never before: a
   * reader between the two would keep the old rows as new ones.
   */
  invalidate(tags: readonly string[], mark?: InvalidationMark): Promise<InvalidationResult>;
  /** Invalidates all that carries the tag `u:<id>`. */
  invalidateUser(id: string | number | bigint): Promise<InvalidationResult>;
  /** Invalidates everything of the namespace, at once. */
  bumpNamespace(): Promise<InvalidationResult>;
  /** Listens. @returns a function that ends it */
  on<K extends keyof CacheEvents>(event: K, listener: (detail: CacheEvents[K]) => void): () => void;
  /** Gives counters since the start. */
  stats(): CacheStats;
  /**
   * Tells the shared store what it could not take so far, then ends its timers and its connections; the client that was
   * given stays open.
   */
  close(): Promise<void>;
}

/** Where a value came from. */
export type Tier = 'l1' | 'l2';

/** What can be listened to. */
export interface CacheEvents {
  readonly hit: { readonly key: string; readonly tier: Tier; readonly isStale: boolean };
  readonly miss: { readonly key: string };
  readonly load: { readonly key: string; readonly loadMs: number; readonly isKept: boolean };
  readonly loadError: { readonly key: string; readonly error: unknown; readonly isBackground: boolean };
  /** A value was given, and not kept. */
  readonly refused: { readonly key: string; readonly error: CacheError };
  readonly invalidate: { readonly tags: readonly string[]; readonly status: InvalidationResult['status'] };
  readonly evict: { readonly key: string; readonly sizeBytes: number };
  /** All that this process held is gone: something may have been missed. */
  readonly clear: { readonly reason: string };
  /** The shared store is away. */
  readonly outage: { readonly error: CacheError };
  readonly recovery: { readonly awayMs: number };
  /** The shared store could not do something, or holds what is not ours. */
  readonly trouble: { readonly error: CacheError };
}

/** Counters of one cache in one process since its start. */
export interface CacheStats {
  readonly namespace: string;
  readonly l1Hits: number;
  readonly l2Hits: number;
  /** Hits, of either tier, on a value past its `ttlMs`. */
  readonly staleHits: number;
  /** Reads that neither tier could answer. A read while the shared store was away counts as `l2Errors` too. */
  readonly misses: number;
  /** Reads that joined a load which ran already; part of `misses`. */
  readonly joined: number;
  /** Hits / (hits + misses), 0..1; null before the first read. */
  readonly hitRatio: number | null;
  readonly loads: number;
  readonly loadErrors: number;
  readonly loadMs: number;
  /** What the hits would have cost in loads. */
  readonly savedMs: number;
  /** Values given and not kept. */
  readonly refusals: number;
  readonly invalidations: number;
  /** Invalidations that wait for the shared store. */
  readonly deferredInvalidations: number;
  /** Reads and writes that the shared store failed. */
  readonly l2Errors: number;
  readonly outages: number;
  readonly entries: number;
  /** Size of what the process holds, as encoded bytes. */
  readonly sizeBytes: number;
  readonly evictions: number;
  /** Times that all of it was dropped. */
  readonly clears: number;
}

/** How a cache is made. */
export interface CacheOptions {
  /** Letters, digits, dots, dashes, underscores; the same for all processes that share values. */
  readonly namespace: string;
  /** What the process holds itself; false for nothing. */
  readonly l1?: L1Options | false;
  /** What processes share: `redisStore({ client })` of `@pgsteward/cache/redis`. Without it every process is alone. */
  readonly l2?: L2Driver;
  /** Defaults of every `wrap` and `set`. */
  readonly defaults?: Pick<WrapOptions, 'ttlMs' | 'swrMs' | 'negativeTtlMs' | 'loaderTimeoutMs'>;
  /** No entry lives longer, `swrMs` included. */
  readonly maxTtlMs?: number;
  /** Encoded, before compression; a larger value is given and not kept. */
  readonly maxValueBytes?: number;
  /** Larger values are compressed in the shared store. */
  readonly compressAboveBytes?: number;
  /** Who loads a key holds a lease this long, and renews it while the loader runs. */
  readonly leaseMs?: number;
  /** How long others wait for the one who loads before they load by themselves. */
  readonly waitMs?: number;
  /** XFetch's eagerness to load before the end: 0 never, 1 as published. */
  readonly earlyRefreshBeta?: number;
  readonly outage?: OutageOptions;
}

/** What a process holds itself. */
export interface L1Options {
  readonly maxEntries?: number;
  /** As encoded bytes. */
  readonly maxBytes?: number;
  /** With a shared store, no value is given longer without asking it: bounds what a lost message can do. */
  readonly maxAgeMs?: number;
}

/** What the database must bear while the shared store is away. */
export interface OutageOptions {
  /** At most half of the pool. */
  readonly maxConcurrentLoads?: number;
  readonly maxWaitingLoads?: number;
}
