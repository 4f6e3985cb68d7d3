import type { CacheCore } from '../core.ts';
import { CACHE_ERRORS, failure } from '../errors.ts';
import { parseLsn } from '../lsn.ts';
import { type CacheSettings, checkNumber } from '../settings.ts';
import { checkTags } from '../tags.ts';
import type { ReadBound, WrapOptions } from '../types.ts';
import { automaticCodec } from '../value/automatic.ts';
import type { Codec } from '../value/codec.ts';
import type { Bound, Request } from './types.ts';

/** The list of those who gave none: one, so that comparing it costs nothing. */
export const NO_TAGS: readonly string[] = [];
const UNBOUNDED: Bound = { maxStalenessMs: null, minLsn: null };

/** Checks and completes the options of one call. @throws CACHE.INVALID_OPTION, CACHE.INVALID_TAGS, CACHE.INVALID_LSN */
export function resolveRequest<T>(core: CacheCore, id: string, options: WrapOptions<T>): Request {
  const { settings } = core;
  const tags = options.tags === undefined ? NO_TAGS : options.tags;
  if (tags !== NO_TAGS) checkTags(tags);
  const ttlMs = checkNumber('ttlMs', options.ttlMs ?? Math.min(settings.ttlMs, settings.maxTtlMs));
  const swrMs = checkNumber('swrMs', options.swrMs ?? Math.min(settings.swrMs, settings.maxTtlMs - ttlMs));
  checkLife(ttlMs + swrMs, settings);
  const { mode = 'cache' } = options;
  if (mode !== 'cache' && mode !== 'bypass' && mode !== 'refresh') {
    const expected = 'It is cache, bypass or refresh';
    throw failure(CACHE_ERRORS.INVALID_OPTION, { option: 'mode', value: String(mode), expected });
  }
  return {
    id,
    // A list that the caller changes later must not change what an entry depends on.
    tags: Object.isFrozen(tags) ? tags : Object.freeze([...tags]),
    ttlMs,
    swrMs,
    negativeTtlMs: checkNumber('negativeTtlMs', options.negativeTtlMs ?? settings.negativeTtlMs),
    loaderTimeoutMs: checkNumber('loaderTimeoutMs', options.loaderTimeoutMs ?? settings.loaderTimeoutMs),
    mode,
    // The codec made the bytes of this key, so that it may read them; the cache never looks inside.
    codec: (options.codec ?? automaticCodec) as Codec<unknown>,
    bound: resolveBound(options),
  };
}

/** Checks a bound. @throws CACHE.INVALID_OPTION, CACHE.INVALID_LSN */
export function resolveBound({ maxStalenessMs, minLsn }: ReadBound): Bound {
  if (maxStalenessMs === undefined && minLsn === undefined) return UNBOUNDED;
  if (maxStalenessMs !== undefined && !(maxStalenessMs >= 0)) {
    const expected = 'It is a number of 0 or more (ms)';
    throw failure(CACHE_ERRORS.INVALID_OPTION, {
      option: 'maxStalenessMs',
      value: String(maxStalenessMs),
      expected,
    });
  }
  return {
    maxStalenessMs: maxStalenessMs ?? null,
    minLsn: minLsn === undefined ? null : parseLsn(minLsn),
  };
}

function checkLife(lifeMs: number, { maxTtlMs }: CacheSettings): void {
  if (lifeMs <= maxTtlMs) return;
  const expected = `Together with swrMs it is at most maxTtlMs (${maxTtlMs} ms), which says how long tags are remembered`;
  throw failure(CACHE_ERRORS.INVALID_OPTION, { option: 'ttlMs', value: `${lifeMs} with swrMs`, expected });
}
