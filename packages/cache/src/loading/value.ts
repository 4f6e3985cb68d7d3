import { type CacheCore, noteTrouble, sharing } from '../core.ts';
import { deferDeletion, forget, invalidateId } from '../invalidate.ts';
import type { Entry } from '../l1/entry.ts';
import type { L2Store } from '../l2/types.ts';
import type { ReadBound, WrapOptions } from '../types.ts';
import { openEnvelope } from '../value/envelope.ts';
import { createEntry, type EntryFacts, hold } from './hold.ts';
import { encodeValue, sealValue } from './keep.ts';
import { accept, lookUp, noteVersions } from './look-up.ts';
import { resolveRequest } from './request.ts';
import type { Reading, Request } from './types.ts';

/** Reads a value without a loader, whose tags only the value itself knows. */
export async function readValue<T>(
  core: CacheCore,
  id: string,
  options: ReadBound & Pick<WrapOptions<T>, 'codec'>,
): Promise<Entry | null> {
  const store = sharing(core);
  const request = resolveRequest(core, id, options);
  const found = store === null ? null : await readTagged(core, store, request);
  const { counters, listeners } = core;
  if (found === null) {
    counters.misses += 1;
    listeners.emit('miss', { key: id });
    return null;
  }
  const isStale = performance.now() >= found.softMs;
  counters.l2Hits += 1;
  counters.savedMs += found.loadMs;
  if (isStale) counters.staleHits += 1;
  listeners.emit('hit', { key: id, tier: 'l2', isStale });
  return found;
}

async function readTagged(core: CacheCore, store: L2Store, request: Request): Promise<Entry | null> {
  try {
    const read = await store.readValue(request.id);
    const envelope = read.bytes === null ? null : openEnvelope(read.bytes, core.settings.maxValueBytes);
    if (envelope === null) return null;
    const tags: readonly string[] = JSON.parse(envelope.tags);
    return await withReading(core, { ...request, tags }, async (reading) => {
      if (tags.length > 0) {
        const entry = await lookUp(core, store, reading);
        if (entry !== null) hold(core, reading, entry);
        return entry;
      }
      noteVersions(reading, read);
      return accept(core, store, reading, envelope);
    });
  } catch (error) {
    noteTrouble(core, error);
    return null;
  }
}

/** Keeps a value that a caller has. @throws CACHE.UNSERIALISABLE, CACHE.VALUE_TOO_LARGE */
export async function writeValue(core: CacheCore, request: Request, value: unknown): Promise<void> {
  const isNegative = value === null || value === undefined;
  const ttlMs = isNegative ? Math.min(request.ttlMs, request.negativeTtlMs) : request.ttlMs;
  if (ttlMs === 0) {
    await invalidateId(core, request.id);
    return;
  }
  await withReading(core, request, async (made) => {
    const body = encodeValue(core, made, value);
    forget(core, request.id);
    const loadedAtMs = performance.now();
    const softMs = loadedAtMs + ttlMs;
    const hardMs = softMs + (isNegative ? 0 : request.swrMs);
    const facts = { body, loadedAtMs, softMs, hardMs, loadMs: 0, lsn: 0n };
    // Begins after the old value is forgotten, so that this one may be held.
    const reading: Reading = { ...made, startedMs: performance.now() };
    await writeShared(core, reading, facts);
    hold(core, reading, createEntry(core, reading, facts));
  });
}

/** The old value must not outlive the new one: where it could not be replaced it is deleted later. */
async function writeShared(core: CacheCore, reading: Reading, facts: EntryFacts): Promise<void> {
  const { id, tags } = reading.request;
  reading.versions = reading.cells.map((cell) => cell.version);
  if (core.store === null) return;
  const store = sharing(core);
  try {
    if (store !== null) {
      noteVersions(reading, await store.read(id, tags));
      await store.put(id, await sealValue(core, store, reading, facts));
      return;
    }
  } catch (error) {
    noteTrouble(core, error);
  }
  deferDeletion(core, id);
}

async function withReading<R>(
  core: CacheCore,
  request: Request,
  work: (reading: Reading) => Promise<R>,
): Promise<R> {
  const cells = core.tags.hold(request.tags);
  try {
    const startedMs = performance.now();
    return await work({ request, cells, startedMs, newerThanMs: null, versions: null, lsnFloor: 0n });
  } finally {
    core.tags.release(cells);
  }
}
