import type { CacheCore } from '../core.ts';
import { isCurrent } from '../tags.ts';
import type { Loader } from '../types.ts';
import { isWithin } from './bound.ts';
import { callLoader } from './call-loader.ts';
import { canJoin } from './flight.ts';
import { isRefreshDue } from './hold.ts';
import { bring } from './load.ts';
import type { Flight, Outcome, Request } from './types.ts';

/** What a flight is made of. */
type FlightPlan = Pick<Flight, 'request' | 'loader' | 'newerThanMs' | 'isBackground'>;

const NOT_YET: Promise<Outcome> = new Promise(() => undefined);

/** Makes a flight that holds the tags of its request; who flies it lets go of them. */
function createFlight(core: CacheCore, { request, loader, newerThanMs, isBackground }: FlightPlan): Flight {
  return {
    request,
    loader,
    newerThanMs,
    isBackground,
    cells: core.tags.hold(request.tags),
    startedMs: performance.now(),
    versions: null,
    lsnFloor: 0n,
    joined: 0,
    promise: NOT_YET,
  };
}

/** Gives a value to all who ask for it at once, in this process and in others. */
export function share(core: CacheCore, request: Request, loader: Loader<unknown>): Promise<unknown> {
  const running = runningFlight(core, request);
  if (running !== null) {
    running.joined += 1;
    return running.promise.then((outcome) => {
      if (!suffices(core, request, outcome)) return share(core, request, loader);
      return outcome.copy === null ? outcome.value : outcome.copy();
    });
  }
  const flight = createFlight(core, { request, loader, newerThanMs: null, isBackground: false });
  core.flights.set(request.id, flight);
  flight.promise = fly(core, flight);
  return flight.promise.then(({ value }) => value);
}

/** Calls the loader for one caller alone; nothing is looked up or kept. */
export async function loadOnce(core: CacheCore, request: Request, loader: Loader<unknown>): Promise<unknown> {
  const flight = createFlight(core, { request, loader, newerThanMs: null, isBackground: false });
  core.counters.misses += 1;
  try {
    return (await callLoader(core, flight)).value;
  } finally {
    core.tags.release(flight.cells);
  }
}

/** Loads anew in the background, unless that is going on already. A failure is told to `loadError`. */
export function refresh(
  core: CacheCore,
  request: Request,
  loader: Loader<unknown>,
  newerThanMs: number,
): void {
  if (core.refreshes.has(request.id)) return;
  const flight = createFlight(core, { request, loader, newerThanMs, isBackground: true });
  core.refreshes.set(request.id, flight);
  flight.promise = bring(core, flight).finally(() => land(core, core.refreshes, flight));
  flight.promise.catch(() => undefined);
}

/** What a flight found may be as old as the one allowed who began it; what it loaded is as new as `canJoin` asked. */
function suffices(core: CacheCore, { bound }: Request, { tier, entry }: Outcome): boolean {
  if (tier !== 'l2' || entry === null || bound.maxStalenessMs === null) return true;
  // The watermark may have moved meanwhile, past an invalidation of this very value.
  return isCurrent(entry.cells, entry.versions) && isWithin(core, bound, entry);
}

/** A load in the background is worth waiting for only where no other process could do better. */
function runningFlight(core: CacheCore, request: Request): Flight | null {
  const flight =
    core.flights.get(request.id) ?? (core.store === null ? core.refreshes.get(request.id) : undefined);
  return flight !== undefined && canJoin(core, flight, request) ? flight : null;
}

async function fly(core: CacheCore, flight: Flight): Promise<Outcome> {
  const { request, loader } = flight;
  try {
    const outcome = await bring(core, flight);
    count(core, flight, outcome);
    const { entry, tier } = outcome;
    if (tier === 'l2' && entry !== null && isRefreshDue(core, entry, performance.now())) {
      refresh(core, request, loader, entry.loadedAtMs);
    }
    return outcome;
  } catch (error) {
    core.counters.misses += 1 + flight.joined;
    core.counters.joined += flight.joined;
    throw error;
  } finally {
    land(core, core.flights, flight);
  }
}

/** Ends a flight: nobody joins it any more, and it keeps nothing. */
function land(core: CacheCore, flights: Map<string, Flight>, flight: Flight): void {
  const { id } = flight.request;
  core.tags.release(flight.cells);
  // A later caller that could not join has a flight of its own.
  if (flights.get(id) === flight) flights.delete(id);
  // A map that has grown or shrunk leaves tables behind, each of which knows the next: until a full collection they would
  // keep every value that was ever on its way.
  flight.promise = NOT_YET;
}

function count(core: CacheCore, flight: Flight, { tier, entry }: Outcome): void {
  const { counters, listeners } = core;
  const readers = 1 + flight.joined;
  const key = flight.request.id;
  if (tier !== 'l2' || entry === null) {
    counters.misses += readers;
    counters.joined += flight.joined;
    listeners.emit('miss', { key });
    return;
  }
  const isStale = performance.now() >= entry.softMs;
  counters.l2Hits += readers;
  counters.savedMs += readers * entry.loadMs;
  if (isStale) counters.staleHits += readers;
  listeners.emit('hit', { key, tier, isStale });
}
