import type { Bulkhead } from './bulkhead.ts';
import type { Deferred } from './deferred.ts';
import type { Deletions } from './deletions.ts';
import { CACHE_ERRORS, CacheError, failure } from './errors.ts';
import type { Listeners } from './events.ts';
import type { Sieve } from './l1/sieve.ts';
import type { L2Store } from './l2/types.ts';
import type { Flight } from './loading/types.ts';
import type { CacheSettings } from './settings.ts';
import type { Counters } from './stats.ts';
import type { TagTable } from './tags.ts';

/** What the parts of one cache share. */
export interface CacheCore {
  readonly namespace: string;
  readonly settings: CacheSettings;
  /** Null where the process holds nothing itself. */
  readonly l1: Sieve | null;
  /** Null where every process is alone. */
  readonly store: L2Store | null;
  readonly tags: TagTable;
  readonly deletions: Deletions;
  readonly deferred: Deferred;
  /** Loads that somebody waits for, by id. */
  readonly flights: Map<string, Flight>;
  /** Loads in the background, by id. */
  readonly refreshes: Map<string, Flight>;
  /** Invalidations that the shared store is being told. */
  readonly telling: Set<Promise<unknown>>;
  /** Aborts the loaders that run when the cache is closed. */
  readonly aborts: Set<AbortController>;
  readonly bulkhead: Bulkhead;
  readonly counters: Counters;
  readonly listeners: Listeners;
}

/** The shared store, if it can be relied on now: it answers, and knows of every invalidation that this process made. */
export function sharing(core: CacheCore): L2Store | null {
  return core.store?.isServing === true && core.deferred.isEmpty ? core.store : null;
}

/** Notes that the shared store could not do something; the caller goes on without it. */
export function noteTrouble(core: CacheCore, error: unknown): void {
  core.counters.l2Errors += 1;
  core.listeners.emit('trouble', {
    error:
      error instanceof CacheError
        ? error
        : failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: String(error) }, error),
  });
}
