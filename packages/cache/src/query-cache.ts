import type { CacheCore } from './core.ts';
import { CACHE_ERRORS, failure } from './errors.ts';
import { invalidateAll, invalidateId, invalidateTags, tellRest } from './invalidate.ts';
import { keyId } from './keys.ts';
import { type Entry, readEntry } from './l1/entry.ts';
import type { InvalidationMark } from './l2/types.ts';
import { isWithin } from './loading/bound.ts';
import { isRefreshDue } from './loading/hold.ts';
import { loadOnce, refresh, share } from './loading/launch.ts';
import { NO_TAGS, resolveBound, resolveRequest } from './loading/request.ts';
import { readValue, writeValue } from './loading/value.ts';
import { readStats } from './stats.ts';
import { isCurrent, isSameTags } from './tags.ts';
import type {
  Cache,
  CacheEvents,
  CacheKey,
  CacheStats,
  EntryOptions,
  InvalidationResult,
  Loader,
  ReadBound,
  WrapOptions,
} from './types.ts';

const READY_TIMEOUT_MS = 5_000;

/** A cache, made of its parts. The path of a hit in the process is written out: it makes nothing and calls little. */
export class QueryCache implements Cache {
  readonly namespace: string;
  readonly #core: CacheCore;
  #isClosed = false;

  constructor(core: CacheCore) {
    this.namespace = core.namespace;
    this.#core = core;
  }

  async ready(timeoutMs: number = READY_TIMEOUT_MS): Promise<void> {
    await this.#core.store?.ready(timeoutMs);
  }

  wrap<T>(key: CacheKey, options: WrapOptions<T>, loader: Loader<T>): Promise<T> {
    try {
      const id = keyId(key);
      const { mode } = options;
      const nowMs = performance.now();
      const entry = mode === undefined || mode === 'cache' ? this.#held(id, options, nowMs) : null;
      if (entry === null || !isSameTags(entry.tags, options.tags ?? NO_TAGS)) {
        return this.#load(id, options, loader);
      }
      this.#count(entry, nowMs);
      if (nowMs >= entry.earlyMs && isRefreshDue(this.#core, entry, nowMs)) {
        refresh(this.#core, resolveRequest(this.#core, id, options), loader, entry.loadedAtMs);
      }
      // What is held under a key is what the loader of that key gave.
      return (entry.settled ?? Promise.resolve(readEntry(entry))) as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  peek<T>(key: CacheKey, bound: ReadBound = {}): T | undefined {
    const nowMs = performance.now();
    const entry = this.#held(keyId(key), bound, nowMs);
    if (entry === null) return undefined;
    this.#count(entry, nowMs);
    return readEntry(entry) as T;
  }

  async get<T>(
    key: CacheKey,
    options: ReadBound & Pick<WrapOptions<T>, 'codec'> = {},
  ): Promise<T | undefined> {
    const id = keyId(key);
    const nowMs = performance.now();
    const entry = this.#held(id, options, nowMs);
    if (entry !== null) {
      this.#count(entry, nowMs);
      return readEntry(entry) as T;
    }
    this.#assertOpen();
    const found = await readValue(this.#core, id, options);
    return found === null ? undefined : (readEntry(found) as T);
  }

  async set<T>(
    key: CacheKey,
    value: T,
    options: EntryOptions & Pick<WrapOptions<T>, 'codec'> = {},
  ): Promise<void> {
    this.#assertOpen();
    await writeValue(this.#core, resolveRequest(this.#core, keyId(key), options), value);
  }

  async delete(key: CacheKey): Promise<InvalidationResult> {
    return invalidateId(this.#core, keyId(key));
  }

  invalidate(tags: readonly string[], mark?: InvalidationMark): Promise<InvalidationResult> {
    return invalidateTags(this.#core, tags, mark);
  }

  invalidateUser(id: string | number | bigint): Promise<InvalidationResult> {
    return this.invalidate([`u:${id}`]);
  }

  bumpNamespace(): Promise<InvalidationResult> {
    return invalidateAll(this.#core);
  }

  on<K extends keyof CacheEvents>(event: K, listener: (detail: CacheEvents[K]) => void): () => void {
    return this.#core.listeners.on(event, listener);
  }

  stats(): CacheStats {
    const { namespace, counters, l1, deferred } = this.#core;
    return readStats(namespace, counters, { l1, deferredInvalidations: deferred.count });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { aborts, l1, store, namespace } = this.#core;
    for (const abort of aborts) abort.abort(failure(CACHE_ERRORS.CLOSED, { namespace }));
    l1?.clear();
    await tellRest(this.#core);
    await store?.close();
  }

  /** Gives what the process holds, if it is valid now and within the bound. */
  #held(id: string, bound: ReadBound, nowMs: number): Entry | null {
    const { l1 } = this.#core;
    const entry = l1?.get(id);
    if (entry === undefined) return null;
    if (nowMs >= entry.untilMs || !isCurrent(entry.cells, entry.versions)) {
      l1?.delete(id);
      return null;
    }
    const isBound = bound.maxStalenessMs !== undefined || bound.minLsn !== undefined;
    return isBound && !isWithin(this.#core, resolveBound(bound), entry) ? null : entry;
  }

  #count(entry: Entry, nowMs: number): void {
    const { counters, listeners } = this.#core;
    const isStale = nowMs >= entry.softMs;
    counters.l1Hits += 1;
    counters.savedMs += entry.loadMs;
    if (isStale) counters.staleHits += 1;
    if (listeners.has('hit')) listeners.emit('hit', { key: entry.id, tier: 'l1', isStale });
  }

  #load<T>(id: string, options: WrapOptions<T>, loader: Loader<T>): Promise<T> {
    this.#assertOpen();
    const request = resolveRequest(this.#core, id, options);
    const load = request.mode === 'bypass' ? loadOnce : share;
    // A key has one loader: what it gave is what this caller's gives.
    return load(this.#core, request, loader) as Promise<T>;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw failure(CACHE_ERRORS.CLOSED, { namespace: this.namespace });
  }
}
