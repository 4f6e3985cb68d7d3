import { type CacheCore, noteTrouble } from './core.ts';
import type { InvalidationMark, L2Store, StoreEvent, TagVersion } from './l2/types.ts';
import { checkTags } from './tags.ts';
import type { InvalidationResult } from './types.ts';

/** One call may name as many tags as a transaction touched rows. */
const MAXIMUM_TAGS = 10_000;
const REPLAY_AGAIN_MS = 1_000;
/** How long the first call of a process waits for the connection that is being opened. */
const OPENING_MS = 2_000;
/** How long a cache that is closed waits for the store, to tell it what it could not. */
const CLOSING_MS = 1_000;

/** Invalidates tags: here at once, then for all. @throws CACHE.INVALID_TAGS */
export async function invalidateTags(
  core: CacheCore,
  tags: readonly string[],
  mark: InvalidationMark | undefined,
): Promise<InvalidationResult> {
  checkTags(tags, MAXIMUM_TAGS);
  const unique = [...new Set(tags)];
  const own = unique.map((tag) => core.tags.advance(tag));
  const result = await share(core, {
    alone: own,
    send: async (store) => {
      const versions = await store.bump(unique, mark);
      for (const [index, tag] of unique.entries()) core.tags.raise(tag, versions[index] ?? 0);
      return versions;
    },
    defer: () => core.deferred.addTags(unique),
  });
  core.listeners.emit('invalidate', { tags: unique, status: result.status });
  return result;
}

/** Invalidates everything of the namespace. */
export async function invalidateAll(core: CacheCore): Promise<InvalidationResult> {
  const { namespace } = core.tags;
  namespace.version += 1;
  return share(core, {
    alone: [namespace.version],
    send: async (store) => {
      const version = await store.bumpNamespace();
      namespace.version = Math.max(namespace.version, version);
      return [version];
    },
    defer: () => core.deferred.addAll(),
  });
}

/** Forgets one value. */
export async function invalidateId(core: CacheCore, id: string): Promise<InvalidationResult> {
  forget(core, id);
  return share(core, {
    alone: [],
    send: async (store) => {
      await store.delete(id);
      // What this process read from the store meanwhile may be the old value.
      forget(core, id);
      return [];
    },
    defer: () => core.deferred.addId(id),
  });
}

/** Forgets a value in this process, and holds none that is on its way. */
export function forget(core: CacheCore, id: string): void {
  core.deletions.add(id);
  core.l1?.delete(id);
}

interface Shared {
  /** Versions where there is no shared store. */
  readonly alone: readonly TagVersion[];
  readonly send: (store: L2Store) => Promise<readonly TagVersion[]>;
  readonly defer: () => void;
}

function share(core: CacheCore, shared: Shared): Promise<InvalidationResult> {
  core.counters.invalidations += 1;
  const telling = tell(core, shared).finally(() => core.telling.delete(telling));
  core.telling.add(telling);
  return telling;
}

async function tell(core: CacheCore, { alone, send, defer }: Shared): Promise<InvalidationResult> {
  if (core.store === null) return { status: 'applied', versions: alone };
  if (core.store.isServing || (await core.store.opened(OPENING_MS))) {
    try {
      return { status: 'applied', versions: await send(core.store) };
    } catch (error) {
      // It may have been applied all the same: once more does no harm.
      noteTrouble(core, error);
    }
  }
  deferUntilServed(core, defer);
  return { status: 'deferred', versions: [] };
}

/**
 * Before the end waits for what is being told, and repeats what the store could not take; a store that stays away keeps
 * nobody from ending.
 */
export async function tellRest(core: CacheCore): Promise<void> {
  await Promise.allSettled(core.telling);
  if (core.store === null || core.deferred.isEmpty) return;
  try {
    await core.store.ready(CLOSING_MS);
    await core.deferred.replay(core.store);
  } catch (error) {
    noteTrouble(core, error);
  }
}

/** Deletes a value from the shared store as soon as it can take it. */
export function deferDeletion(core: CacheCore, id: string): void {
  deferUntilServed(core, () => core.deferred.addId(id));
}

function deferUntilServed(core: CacheCore, defer: () => void): void {
  const isFirst = core.deferred.isEmpty;
  defer();
  if (isFirst) replayLater(core);
}

function replayLater(core: CacheCore): void {
  setTimeout(() => void replayDeferred(core), REPLAY_AGAIN_MS).unref();
}

/** Repeats what the store could not take; until then the cache does not read from it. */
async function replayDeferred(core: CacheCore): Promise<void> {
  if (core.store === null || core.deferred.isEmpty) return;
  try {
    if (core.store.isServing) await core.deferred.replay(core.store);
  } catch (error) {
    noteTrouble(core, error);
  }
  if (!core.deferred.isEmpty && core.store.isServing) replayLater(core);
}

/** Applies what the store tells. */
export function applyStoreEvent(core: CacheCore, event: StoreEvent): void {
  switch (event.kind) {
    case 'invalidated':
      for (const [tag, version] of event.tags) core.tags.raise(tag, version);
      return;
    case 'namespace':
      core.tags.namespace.version = Math.max(core.tags.namespace.version, event.version);
      return;
    case 'deleted':
      forget(core, event.id);
      return;
    case 'watermark':
      return;
    case 'gap':
      core.deletions.addAll();
      core.tags.reset();
      core.l1?.clear();
      core.counters.clears += 1;
      core.listeners.emit('clear', { reason: event.reason });
      return;
    case 'away':
      core.counters.outages += 1;
      core.listeners.emit('outage', { error: event.error });
      return;
    case 'serving':
      core.listeners.emit('recovery', { awayMs: event.awayMs });
      void replayDeferred(core);
      return;
    case 'trouble':
      noteTrouble(core, event.error);
  }
}
