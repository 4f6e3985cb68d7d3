import type { WorkerContext } from './context.ts';
import { pause } from './pause.ts';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** Tags to invalidate. */
export interface Invalidation {
  readonly tags: readonly string[];
  readonly isEverything: boolean;
  /** Null where no commit of the stream is behind it. */
  readonly lsn: bigint | null;
}

/**
 * Invalidates, again and again until the store has confirmed it.
 * @returns false where the worker was stopped before
 */
export async function invalidate(context: WorkerContext, invalidation: Invalidation): Promise<boolean> {
  let retryMs = FIRST_RETRY_MS;
  while (!context.signal.aborted) {
    try {
      await bumpOnce(context, invalidation);
      return true;
    } catch (error) {
      // It may have been applied all the same: once more does no harm.
      context.trouble(error);
      await pause(retryMs, context.signal);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }
  return false;
}

/** Invalidates, and gives the store one chance. @throws CACHE.STORE_* */
export async function bumpOnce(
  { store }: WorkerContext,
  { tags, isEverything, lsn }: Invalidation,
): Promise<void> {
  if (isEverything) await store.bumpNamespace();
  if (tags.length > 0) await store.bump(tags, lsn === null ? {} : { lsn });
}
