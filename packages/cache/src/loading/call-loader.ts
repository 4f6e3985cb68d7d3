import type { CacheCore } from '../core.ts';
import { CACHE_ERRORS, failure } from '../errors.ts';
import { parseLsn } from '../lsn.ts';
import type { LoadContext } from '../types.ts';
import type { Flight } from './types.ts';

/** What a loader gave. */
export interface Loaded {
  readonly value: unknown;
  /** When it began, by `performance.now()`. */
  readonly loadedAtMs: number;
  readonly loadMs: number;
  /** What it saw of the write-ahead log; null where it did not say. */
  readonly lsn: bigint | null;
}

/** Calls a loader once, within its time. @throws what it throws, CACHE.LOADER_TIMEOUT */
export async function callLoader(core: CacheCore, flight: Flight): Promise<Loaded> {
  const { loaderTimeoutMs } = flight.request;
  const abort = new AbortController();
  core.aborts.add(abort);
  let lsn: bigint | null = null;
  const context: LoadContext = {
    signal: abort.signal,
    sawLsn: (seen) => {
      lsn = parseLsn(seen);
    },
  };
  const loadedAtMs = performance.now();
  core.counters.loads += 1;
  let timer: NodeJS.Timeout | undefined;
  try {
    const work = Promise.resolve(flight.loader(context));
    const value = await (loaderTimeoutMs === 0
      ? work
      : Promise.race([
          work,
          new Promise<never>((_, reject) => {
            timer = setTimeout(
              () => reject(failure(CACHE_ERRORS.LOADER_TIMEOUT, { timeoutMs: loaderTimeoutMs })),
              loaderTimeoutMs,
            );
          }),
        ]));
    const loadMs = performance.now() - loadedAtMs;
    core.counters.loadMs += loadMs;
    return { value, loadedAtMs, loadMs, lsn };
  } catch (error) {
    abort.abort(error);
    core.counters.loadErrors += 1;
    core.listeners.emit('loadError', { key: flight.request.id, error, isBackground: flight.isBackground });
    throw error;
  } finally {
    clearTimeout(timer);
    core.aborts.delete(abort);
  }
}
