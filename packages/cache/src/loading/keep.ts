import { type CacheCore, noteTrouble } from '../core.ts';
import { CACHE_ERRORS, CacheError, failure } from '../errors.ts';
import type { Entry } from '../l1/entry.ts';
import type { L2Store, StoredValue } from '../l2/types.ts';
import { isCurrent } from '../tags.ts';
import { sealEnvelope } from '../value/envelope.ts';
import type { Loaded } from './call-loader.ts';
import { createEntry, type EntryFacts, hold } from './hold.ts';
import type { Flight, Outcome, Reading } from './types.ts';

/** The right to keep a value for all processes. */
export interface Lease {
  readonly store: L2Store;
  readonly token: string;
}

/** Keeps what a loader gave, where it may be kept, and gives what its callers get: what a later hit gives too. */
export async function keepLoaded(
  core: CacheCore,
  flight: Flight,
  loaded: Loaded,
  lease: Lease | null,
): Promise<Outcome> {
  const outcome: Outcome = { value: loaded.value, copy: null, tier: 'loader', entry: null };
  const life = lifeOf(flight, loaded);
  const entry = life === null ? null : encodeEntry(core, flight, loaded, life);
  // Invalidated during the load: those who asked before may have it, nobody later.
  const isAlive = entry !== null && isCurrent(entry.entry.cells, entry.entry.versions);
  const isFilled = lease === null || (isAlive && (await fill(core, flight, entry.facts, lease)));
  if (isAlive && isFilled) hold(core, flight, entry.entry);
  if (lease !== null && !isAlive) await release(core, flight, lease);
  const isKept = isAlive && isFilled;
  core.listeners.emit('load', { key: flight.request.id, loadMs: loaded.loadMs, isKept });
  if (entry === null) return outcome;
  const { value, copy } = entry.entry;
  return { value: copy === null ? value : copy(), copy, tier: 'loader', entry: isKept ? entry.entry : null };
}

/** Gives a lease back without a value, so that the next in line loads. */
export async function release(core: CacheCore, flight: Flight, { store, token }: Lease): Promise<void> {
  try {
    await store.release(flight.request.id, token);
  } catch (error) {
    noteTrouble(core, error);
  }
}

interface Life {
  readonly ttlMs: number;
  readonly swrMs: number;
}

/** How long a value lives; null where it must not be kept. */
function lifeOf(flight: Flight, { value, lsn }: Loaded): Life | null {
  const { ttlMs, swrMs, negativeTtlMs } = flight.request;
  // A replica that has not replayed the invalidating commit shows the rows from before it.
  if (lsn !== null && lsn < flight.lsnFloor) return null;
  if (value !== null && value !== undefined) return { ttlMs, swrMs };
  return negativeTtlMs === 0 ? null : { ttlMs: Math.min(ttlMs, negativeTtlMs), swrMs: 0 };
}

interface Encoded {
  readonly entry: Entry;
  readonly facts: EntryFacts;
}

function encodeEntry(core: CacheCore, flight: Flight, loaded: Loaded, life: Life): Encoded | null {
  try {
    const body = encodeValue(core, flight, loaded.value);
    const softMs = performance.now() + life.ttlMs;
    const { loadedAtMs, loadMs } = loaded;
    const facts = { body, loadedAtMs, softMs, hardMs: softMs + life.swrMs, loadMs, lsn: loaded.lsn ?? 0n };
    return { facts, entry: createEntry(core, flight, facts) };
  } catch (error) {
    const refusal =
      error instanceof CacheError
        ? error
        : failure(CACHE_ERRORS.UNSERIALISABLE, { path: 'value', what: String(error) }, error);
    core.counters.refusals += 1;
    core.listeners.emit('refused', { key: flight.request.id, error: refusal });
    return null;
  }
}

/** Encodes a value. @throws CACHE.UNSERIALISABLE, CACHE.VALUE_TOO_LARGE, or what the codec throws */
export function encodeValue(core: CacheCore, { request }: Reading, value: unknown): Uint8Array {
  const body = request.codec.encode(value);
  const maximumBytes = core.settings.maxValueBytes;
  if (body.byteLength <= maximumBytes) return body;
  throw failure(CACHE_ERRORS.VALUE_TOO_LARGE, { sizeBytes: body.byteLength, maximumBytes });
}

/** Writes a value as the shared store keeps it. */
export async function sealValue(
  core: CacheCore,
  store: L2Store,
  reading: Reading,
  facts: EntryFacts,
): Promise<StoredValue> {
  const toStoreMs = store.nowMs() - performance.now();
  const bytes = await sealEnvelope(
    {
      codec: reading.request.codec.name,
      loadedAtMs: facts.loadedAtMs + toStoreMs,
      softMs: facts.softMs + toStoreMs,
      hardMs: facts.hardMs + toStoreMs,
      loadMs: facts.loadMs,
      lsn: facts.lsn,
      versions: reading.versions ?? [],
      tags: JSON.stringify(reading.request.tags),
      body: facts.body,
    },
    core.settings.compressAboveBytes,
  );
  return { bytes, ttlMs: Math.max(1, facts.hardMs - performance.now()) };
}

/** @returns false where the lease was lost: the key was deleted, or another process thinks this one dead */
async function fill(core: CacheCore, flight: Flight, facts: EntryFacts, lease: Lease): Promise<boolean> {
  try {
    const value = await sealValue(core, lease.store, flight, facts);
    return await lease.store.fill(flight.request.id, lease.token, value);
  } catch (error) {
    noteTrouble(core, error);
    // Nobody said that the value is wrong: this process may hold it for as long as it may hold anything.
    return true;
  }
}
