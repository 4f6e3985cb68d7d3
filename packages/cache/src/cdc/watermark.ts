import { failure } from '../errors.ts';
import { parseLsn } from '../lsn.ts';
import { advance, type WorkerContext } from './context.ts';
import type { WorkerDatabase } from './database.ts';
import type { Delivery } from './deliver.ts';
import { CDC_ERRORS } from './errors.ts';
import { invalidate } from './invalidate.ts';
import { pause } from './pause.ts';
import { readPosition } from './settle.ts';
import type { ChangeStream } from './stream/open-stream.ts';

/** What moves the watermark. */
export interface WatermarkParts {
  readonly context: WorkerContext;
  readonly database: WorkerDatabase;
  readonly stream: ChangeStream;
  readonly delivery: Delivery;
  /** Looks for tables that are to be listened to, now and then. */
  readonly coverAgain: () => Promise<void>;
}

const LOOK_EVERY_MS = 20;
const NUDGE_EVERY_MS = 500;
/** It was asked hundreds of times by then. */
const SILENT_MS = 30_000;
/** Comparing the catalogue may take this share of the time; where it would take more, the watermark moves less often. */
export const CATALOGUE_RATIO = 0.1;

/**
 * Moves the watermark until the session ends. Each time the store's clock is read first, then the end of the log: every
 * commit that anybody saw by then lies before it. When the stream has passed it, and all that came is done, both are
 * true together, and only then does the server learn that it need not send this part again.
 */
export async function moveWatermark(parts: WatermarkParts): Promise<void> {
  const { context, database, stream, delivery } = parts;
  const { signal } = context;
  let coverAtMs = performance.now() + context.numbers.statusEveryMs;
  while (!signal.aborted) {
    const beginMs = performance.now();
    const atMs = context.store.nowMs();
    const lsn = parseLsn((await readPosition(database)).lsn);
    await passed(parts, lsn);
    await delivery.done(lsn);
    const tookMs = await compareCatalogue(context, database);
    if (performance.now() >= coverAtMs) {
      await parts.coverAgain();
      coverAtMs = performance.now() + context.numbers.statusEveryMs;
    }
    if (signal.aborted) return;
    try {
      await advance(context, lsn, atMs);
      stream.confirm(lsn, false);
    } catch (error) {
      // Nothing is confirmed before the store has it.
      context.trouble(error);
    }
    const everyMs = Math.max(context.numbers.heartbeatMs, tookMs / CATALOGUE_RATIO);
    await pause(Math.max(0, everyMs - (performance.now() - beginMs)), signal);
  }
}

/**
 * Waits until all of the log before a position was handed over. An idle server says so when asked, without a byte of
 * log written. Only where its log ends in what nobody flushes (a hint, the header of a page) is it given a reason to.
 */
async function passed({ context, database, stream }: WatermarkParts, lsn: bigint): Promise<void> {
  const { signal } = context;
  let nudgeAtMs = performance.now() + NUDGE_EVERY_MS;
  while (stream.receivedLsn < lsn && !signal.aborted) {
    // While the stream flows it tells by itself.
    if (stream.silentMs >= LOOK_EVERY_MS) stream.confirm(0n, true);
    await pause(LOOK_EVERY_MS, signal);
    if (stream.silentMs > SILENT_MS) {
      throw failure(CDC_ERRORS.STREAM_ENDED, { reason: `The server was silent for ${SILENT_MS / 1_000} s` });
    }
    if (performance.now() < nudgeAtMs || context.progress.pending() > 0) continue;
    nudgeAtMs = performance.now() + NUDGE_EVERY_MS;
    await database.rows(
      "/* pgsteward:cache-nudge */ select pg_catalog.pg_logical_emit_message(false, 'pgcache.heartbeat', '')",
    );
  }
}

/** Invalidates what depends on tables that were altered. @returns how long the look took, in milliseconds */
export async function compareCatalogue(context: WorkerContext, database: WorkerDatabase): Promise<number> {
  const { catalogue, listeners, progress, store } = context;
  const beginMs = performance.now();
  const { oids, tags, isFirst } = await catalogue.compare(database, progress.oids);
  const tookMs = performance.now() - beginMs;
  if (tags.length > 0 && !(await invalidate(context, { tags, isEverything: false, lsn: null })))
    return tookMs;
  if (tags.length > 0 && !isFirst) listeners.emit('altered', { tables: oids.map(String) });
  try {
    await catalogue.keep(store);
  } catch (error) {
    // Kept with the next look.
    context.trouble(error);
  }
  return tookMs;
}
