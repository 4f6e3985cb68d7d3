import type { CacheError } from '../errors.ts';

/** When a tag was last invalidated: microseconds of the store's own clock, always rising. */
export type TagVersion = number;

/** Where an invalidation comes from; a worker on the change stream knows it, an application need not. */
export interface InvalidationMark {
  /** End of the commit in the write-ahead log. A value that a replica loaded before it is not kept. */
  readonly lsn?: bigint;
  /** Transaction, for those who debug. */
  readonly xid?: bigint;
}

/** Up to where the change stream has been turned into invalidations. */
export interface Watermark {
  /** Every commit up to here has been invalidated, and is visible to new snapshots. */
  readonly lsn: bigint;
  /** When that was so, in milliseconds of the store's clock. */
  readonly atMs: number;
}

/** What the store knows of one key at one instant. */
export interface StoredRead {
  /** What {@link L2Store.fill} or {@link L2Store.put} kept; null where there is nothing. */
  readonly bytes: Uint8Array | null;
  /**
   * The namespace's version, then one for each tag asked for, in that order. A tag that the store does not know (new, or
   * evicted) is initialised to the store's clock, never to zero: it must not revive an entry from before.
   */
  readonly versions: readonly TagVersion[];
  /** The newest commit that invalidated one of the tags; 0 where no mark was given. */
  readonly lsn: bigint;
}

/** What a store tells a cache, in the order in which it happened. */
export type StoreEvent =
  | { readonly kind: 'invalidated'; readonly tags: readonly TagBump[] }
  | { readonly kind: 'namespace'; readonly version: TagVersion }
  | { readonly kind: 'deleted'; readonly id: string }
  | { readonly kind: 'watermark'; readonly watermark: Watermark }
  /** Something may have been missed: what is held in the process is worth nothing. */
  | { readonly kind: 'gap'; readonly reason: string }
  | { readonly kind: 'away'; readonly error: CacheError }
  | { readonly kind: 'serving'; readonly awayMs: number }
  | { readonly kind: 'trouble'; readonly error: CacheError };

/** A tag and the version it has now. */
export type TagBump = readonly [tag: string, version: TagVersion];

/** What a store is opened with. */
export interface L2Context {
  /** Checked already: letters, digits, dots, dashes, underscores. */
  readonly namespace: string;
  /** How long a tag must be remembered, in milliseconds: twice the longest life of an entry. */
  readonly tagTtlMs: number;
  /** Told of all that happens, also of what this very store does. */
  readonly listener: (event: StoreEvent) => void;
}

/** Opens a store for one namespace; several caches may share what is beneath it. */
export interface L2Driver {
  /** Word for statistics: `redis`. */
  readonly kind: string;
  open(context: L2Context): L2Store;
}

/**
 * A store that processes share. The promises that a driver must keep are the cases of `@pgsteward/cache/contract`.
 * Every method rejects with a CacheError when the store cannot do it; nothing waits longer than the store's timeout.
 * `id` is an opaque string of at most 256 characters, `tags` are any strings.
 */
export interface L2Store {
  /** Whether it answers, and nothing that it lost on the way is still to be repaired. */
  readonly isServing: boolean;
  /** Its clock in milliseconds, the same for every process; rises steadily between corrections. */
  nowMs(): number;
  /**
   * Gives a moment that was noted by its clock in `performance.now()` of this process. Minus infinity where it may be any
   * time ago, as when the clock was set back since: what was noted then counts as old, never as young.
   */
  toOwnMs(atMs: number): number;
  /** The newest watermark that has arrived here, with all the invalidations before it; null where no worker runs. */
  readonly watermark: Watermark | null;
  /** Resolves when it serves. @throws CACHE.STORE_UNREACHABLE, CACHE.STORE_REFUSED */
  ready(timeoutMs: number): Promise<void>;
  /** Waits for its first connection, until that is there or has failed; later not at all. @returns whether it serves */
  opened(timeoutMs: number): Promise<boolean>;

  /** Reads a value together with the versions of its tags. */
  read(id: string, tags: readonly string[]): Promise<StoredRead>;
  /** Reads a value alone, and the namespace's version. */
  readValue(id: string): Promise<StoredRead>;
  /**
   * Takes the right to load a key, unless somebody has it.
   * @param token anything unique
   * @param leaseMs after which it is free again, as when its owner died
   */
  lease(id: string, token: string, leaseMs: number): Promise<boolean>;
  /** Lengthens a lease that is still held. @returns false where it is lost */
  renew(id: string, token: string, leaseMs: number): Promise<boolean>;
  /** Gives a lease back without a value, and wakes those who wait. */
  release(id: string, token: string): Promise<void>;
  /**
   * Keeps a value if the lease is still held, gives the lease back, and wakes those who wait, in one step.
   * @returns false where the lease is lost (expired, or the key was deleted since): nothing is kept
   */
  fill(id: string, token: string, value: StoredValue): Promise<boolean>;
  /** Resolves when the key's lease is given back, or after `timeoutMs`. */
  settled(id: string, timeoutMs: number): Promise<void>;
  /** Keeps a value, whoever loads; a load that runs is not kept. */
  put(id: string, value: StoredValue): Promise<void>;
  /** Forgets a value; a load that runs is not kept. */
  delete(id: string): Promise<void>;

  /**
   * Invalidates all that carries one of the tags, in O(number of tags), of which there may be any. Call it after the
   * commit, never before: a reader between the two would keep the old rows under the new version.
   * @returns the new version of each tag, greater than all before
   */
  bump(tags: readonly string[], mark?: InvalidationMark): Promise<readonly TagVersion[]>;
  /** Invalidates all of the namespace, in O(1). */
  bumpNamespace(): Promise<TagVersion>;
  /**
   * Says that every commit up to `lsn` has been bumped.
   * @param atMs when that was so, by the store's clock ({@link L2Store.nowMs} read *before* `lsn` was); by default now. A
   * time that the store's clock has not reached is taken as now.
   */
  advance(lsn: bigint, atMs?: number): Promise<void>;
  /** Ends its connections and timers; those of others go on. */
  close(): Promise<void>;
}

/** A value as the shared store keeps it. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  readonly ttlMs: number;
}
