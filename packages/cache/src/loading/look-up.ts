import { type CacheCore, noteTrouble } from '../core.ts';
import { CACHE_ERRORS, failure } from '../errors.ts';
import type { Entry } from '../l1/entry.ts';
import type { L2Store, StoredRead } from '../l2/types.ts';
import { isCurrent } from '../tags.ts';
import { type Envelope, openEnvelope } from '../value/envelope.ts';
import { isWithin } from './bound.ts';
import { createEntry } from './hold.ts';
import type { Reading } from './types.ts';

/**
 * Looks in the shared store, and notes the versions of the tags: what is loaded from here on is kept under them.
 * @returns the value, or null where there is none that is valid
 */
export async function lookUp(core: CacheCore, store: L2Store, reading: Reading): Promise<Entry | null> {
  return judge(core, store, reading, await store.read(reading.request.id, reading.request.tags));
}

/** Notes the versions, and gives the value if it is valid. */
export function judge(core: CacheCore, store: L2Store, reading: Reading, read: StoredRead): Entry | null {
  noteVersions(reading, read);
  if (read.bytes === null || reading.request.mode === 'refresh') return null;
  const envelope = openEnvelope(read.bytes, core.settings.maxValueBytes);
  if (envelope === null) {
    noteForeign(core, reading.request.id);
    return null;
  }
  return accept(core, store, reading, envelope);
}

/** A version that this process knows of already may be newer than what an answer on its way says. */
export function noteVersions(reading: Reading, { versions, lsn }: StoredRead): void {
  reading.versions = reading.cells.map((cell, index) => {
    const version = versions[index] ?? 0;
    if (cell.version < version) cell.version = version;
    return cell.version;
  });
  reading.lsnFloor = lsn;
}

/** Gives the entry of an envelope, or null where it is past its time, invalidated, or not what the reader wants. */
export function accept(core: CacheCore, store: L2Store, reading: Reading, envelope: Envelope): Entry | null {
  const { request, newerThanMs } = reading;
  const toOwnMs = performance.now() - store.nowMs();
  const loadedAtMs = store.toOwnMs(envelope.loadedAtMs);
  if (
    envelope.hardMs <= store.nowMs() ||
    envelope.codec !== request.codec.name ||
    envelope.tags !== JSON.stringify(request.tags) ||
    !isCurrent(reading.cells, envelope.versions) ||
    (newerThanMs !== null && loadedAtMs <= newerThanMs + CLOCK_GRAIN_MS) ||
    !isWithin(core, request.bound, { loadedAtMs, lsn: envelope.lsn })
  ) {
    return null;
  }
  try {
    return createEntry(core, reading, {
      body: envelope.body,
      loadedAtMs,
      softMs: envelope.softMs + toOwnMs,
      hardMs: envelope.hardMs + toOwnMs,
      loadMs: envelope.loadMs,
      lsn: envelope.lsn,
    });
  } catch {
    noteForeign(core, request.id);
    return null;
  }
}

/** An envelope holds whole milliseconds, and the store's clock is corrected now and then. */
const CLOCK_GRAIN_MS = 2;

function noteForeign(core: CacheCore, id: string): void {
  noteTrouble(core, failure(CACHE_ERRORS.FOREIGN_DATA, { key: id }));
}
