import { randomUUID } from 'node:crypto';
import { type CacheCore, noteTrouble, sharing } from '../core.ts';
import type { Entry } from '../l1/entry.ts';
import { readEntry } from '../l1/entry.ts';
import type { L2Store } from '../l2/types.ts';
import { callLoader } from './call-loader.ts';
import { hold } from './hold.ts';
import { keepLoaded, type Lease, release } from './keep.ts';
import { judge, lookUp } from './look-up.ts';
import type { Flight, Outcome } from './types.ts';

/** How long to wait for word of another's load before looking again: the word may be lost. */
const LOOK_AGAIN_MS = 250;

/** Brings a value from the shared store, or from the loader. */
export async function bring(core: CacheCore, flight: Flight): Promise<Outcome> {
  const store = sharing(core);
  if (store === null) return loadAlone(core, flight);
  try {
    const read = await store.read(flight.request.id, flight.request.tags);
    const found = judge(core, store, flight, read);
    if (found !== null) return take(core, flight, found);
  } catch (error) {
    noteTrouble(core, error);
    return loadAlone(core, flight);
  }
  return loadTogether(core, store, flight);
}

/** One of all processes loads; the others wait for what it fills. */
async function loadTogether(core: CacheCore, store: L2Store, flight: Flight): Promise<Outcome> {
  const { id } = flight.request;
  const deadlineMs = performance.now() + core.settings.waitMs;
  for (;;) {
    const lease: Lease = { store, token: randomUUID() };
    const leftMs = deadlineMs - performance.now();
    // Listens before it asks: the word may come before the answer.
    const settled = store.settled(id, Math.max(0, Math.min(leftMs, LOOK_AGAIN_MS)));
    let isOwner: boolean;
    let found: Entry | null;
    try {
      // Sent in this order on one connection: what was filled between the miss and the lease is seen.
      [isOwner, found] = await Promise.all([
        store.lease(id, lease.token, core.settings.leaseMs),
        lookUp(core, store, flight),
      ]);
    } catch (error) {
      noteTrouble(core, error);
      return loadAlone(core, flight);
    }
    if (found !== null) {
      if (isOwner) await release(core, flight, lease);
      return take(core, flight, found);
    }
    if (isOwner) return loadWithLease(core, flight, lease);
    if (leftMs <= 0) return loadAlone(core, flight);
    await settled;
  }
}

async function loadWithLease(core: CacheCore, flight: Flight, lease: Lease): Promise<Outcome> {
  const { leaseMs } = core.settings;
  const renewal = setInterval(() => {
    lease.store.renew(flight.request.id, lease.token, leaseMs).catch((error) => noteTrouble(core, error));
  }, leaseMs / 3);
  renewal.unref();
  try {
    const loaded = await callLoader(core, flight);
    return await keepLoaded(core, flight, loaded, lease);
  } catch (error) {
    await release(core, flight, lease);
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** Loads without the shared store: where there is none, where it is away, or where the one who loads takes too long. */
async function loadAlone(core: CacheCore, flight: Flight): Promise<Outcome> {
  flight.versions ??= flight.cells.map((cell) => cell.version);
  if (core.store === null || sharing(core) !== null) {
    return keepLoaded(core, flight, await callLoader(core, flight), null);
  }
  const leave = await core.bulkhead.enter();
  try {
    return await keepLoaded(core, flight, await callLoader(core, flight), null);
  } finally {
    leave();
  }
}

function take(core: CacheCore, flight: Flight, entry: Entry): Outcome {
  hold(core, flight, entry);
  return { value: readEntry(entry), copy: entry.copy, tier: 'l2', entry };
}
