import type { CacheCore } from '../core.ts';
import { isCurrent, isSameTags } from '../tags.ts';
import type { Flight, Request } from './types.ts';

/**
 * Whether a caller of now may share a flight: it must not have begun before an invalidation that the caller may know of,
 * nor before what the caller's bound demands.
 */
export function canJoin(core: CacheCore, flight: Flight, request: Request): boolean {
  const { bound, id, tags } = request;
  const ageMs = performance.now() - flight.startedMs;
  return (
    !core.deletions.isSince(id, flight.startedMs) &&
    (flight.versions === null || isCurrent(flight.cells, flight.versions)) &&
    isSameTags(flight.request.tags, tags) &&
    request.mode === flight.request.mode &&
    bound.minLsn === null &&
    (bound.maxStalenessMs === null || ageMs <= bound.maxStalenessMs) &&
    // As for what the process holds: the message that voids the flight may be lost.
    (core.store === null || ageMs <= core.settings['l1.maxAgeMs'])
  );
}
