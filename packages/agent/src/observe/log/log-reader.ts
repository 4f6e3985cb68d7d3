import { logPartQuery, runCatalogQuery, type Unavailable } from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import { findPlanLog, type PlanLog } from './find-log.ts';
import { readLog } from './read-log.ts';
import type { LogFormat, LoggedPlan } from './types.ts';

/** What one look into the log gives. */
export interface LogReading {
  /** Plans that were written since the look before, oldest first. */
  readonly plans: readonly LoggedPlan[];
  /** Bytes that were passed over, because more was written than is read at a time. */
  readonly skippedBytes: number;
  /** Why there is nothing to read, or why it cannot be read; null when it was read. */
  readonly unavailable: Unavailable | null;
}

/** Reads the plans that auto_explain writes into the log, from where it stopped the time before. */
export interface LogReader {
  /** @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED */
  read(session: Session): Promise<LogReading>;
  /** Forgets where it stopped: another server has another log. */
  forget(): void;
}

/** Most that is asked for at once; also the longest message that is read. */
const PART_BYTES = 1_048_576;

interface Place {
  readonly path: string;
  readonly format: LogFormat;
  readonly offset: number;
  /** Whether the offset is somewhere in the middle of a message. */
  readonly isCut: boolean;
}

/**
 * Starts a reader.
 * @param mostBytes read at a time; of a longer log only the newest part
 */
export function createLogReader(mostBytes: number): LogReader {
  let place: Place | null = null;
  return {
    forget() {
      place = null;
    },
    async read(session) {
      const found = await findPlanLog(session);
      if (!found.ok) return { plans: [], skippedBytes: 0, unavailable: found.unavailable };
      const { log } = found;
      const plans: LoggedPlan[] = [];
      let leftBytes = mostBytes;
      let skippedBytes = 0;
      const follow = async (from: Place): Promise<Unavailable | null> => {
        const followed = await followFile(session, from, { log, leftBytes });
        plans.push(...followed.plans);
        leftBytes -= followed.tookBytes;
        place = followed.place;
        return followed.unavailable;
      };
      if (place !== null && place.path !== log.path) {
        // The server went on in another file: first the end of the one before, while there is room.
        const unavailable = await follow(place);
        if (unavailable !== null) return { plans, skippedBytes, unavailable };
        place = { path: log.path, format: log.format, offset: 0, isCut: false };
      }
      const isFirst = place === null;
      const begin = beginningOf(place, log, leftBytes);
      if (!isFirst) skippedBytes = Math.max(0, begin.offset - (place?.offset ?? 0));
      return { plans, skippedBytes, unavailable: await follow(begin) };
    },
  };
}

/** Where to go on: at the beginning of a file that was emptied, at the newest part of one that has grown too long. */
function beginningOf(place: Place | null, { path, sizeBytes, format }: PlanLog, leftBytes: number): Place {
  const isEmptied = place !== null && sizeBytes < place.offset;
  const known = isEmptied ? { offset: 0, isCut: false } : (place ?? { offset: 0, isCut: false });
  const newest = sizeBytes - leftBytes;
  return newest > known.offset
    ? { path, format, offset: newest, isCut: true }
    : { path, format, offset: known.offset, isCut: known.isCut };
}

interface Followed {
  readonly plans: readonly LoggedPlan[];
  readonly place: Place;
  readonly tookBytes: number;
  readonly unavailable: Unavailable | null;
}

/** Reads a file from a place to its end, or as far as there is room. */
async function followFile(
  session: Session,
  from: Place,
  { log, leftBytes }: { readonly log: PlanLog; readonly leftBytes: number },
): Promise<Followed> {
  const { utcOffsetSeconds } = log.autoExplain;
  const plans: LoggedPlan[] = [];
  let place = from;
  let tookBytes = 0;
  for (;;) {
    const wanted = Math.min(PART_BYTES, leftBytes - tookBytes);
    if (wanted <= 0) return { plans, place, tookBytes, unavailable: null };
    const result = await runCatalogQuery(session, logPartQuery, [place.path, place.offset, wanted]);
    if (!result.ok) return { plans, place, tookBytes, unavailable: result.unavailable };
    const bytes = result.rows[0]?.part ?? new Uint8Array();
    const content = readLog(place.format, { bytes, isCut: place.isCut, utcOffsetSeconds });
    plans.push(...content.plans);
    tookBytes += bytes.length;
    if (content.readBytes > 0) {
      place = { ...place, offset: place.offset + content.readBytes, isCut: false };
    } else if (bytes.length === PART_BYTES) {
      // One message fills all of it: nothing that is worth its memory.
      place = { ...place, offset: place.offset + bytes.length, isCut: true };
    }
    if (bytes.length < wanted) return { plans, place, tookBytes, unavailable: null };
  }
}
