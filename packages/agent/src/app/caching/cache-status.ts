import { OBJECTIVE_SETTINGS } from '../../diagnose/index.ts';
import { type Clock, failure, formatCount, formatDuration } from '../../kernel/index.ts';
import type { Gap } from '../../observe/index.ts';
import { openRedis, REDIS_SETTINGS, type RedisFacts } from '../../redis/index.ts';
import type { CacheLookups, CacheNamespace, CacheStatusReport } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Store } from '../../store/index.ts';
import { APP_ERRORS } from '../errors.ts';
import { historyGap } from '../history-gap.ts';
import { findLosses } from './cache-losses.ts';
import { fetchCacheMetrics } from './fetch-metrics.ts';

/** What the cache before a target is looked at with. */
export interface CacheStatusOptions {
  readonly settings: Settings;
  /** The daemon's history; null where there is none. */
  readonly store: Store | null;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const DAY_MS = 86_400_000;

/** Look-ups from which the ratio is judged: a cache that has just started has nothing to find. */
const LEAST_LOOKUPS = 100;

/**
 * Says how the cache before a target does against its objective, and where it loses. Looks at Redis, at the metrics of the
 * application's caches where `cache.metrics-urls` says where they are, and at the history; never at the target.
 * @throws APP.NO_CACHE, REDIS.*
 */
export async function runCacheStatus(
  targetName: string,
  options: CacheStatusOptions,
): Promise<CacheStatusReport> {
  const { settings, clock } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const url = settings.get(REDIS_SETTINGS.url);
  if (url === '') throw failure(APP_ERRORS.NO_CACHE, { target: targetName });
  const session = openRedis(url, { timeoutMs: settings.get(REDIS_SETTINGS.timeoutMs) });
  try {
    const facts = await session.read();
    const metrics = await fetchCacheMetrics(options);
    const past = await readPast(targetName, session.address, options);
    const left = past.left ?? facts;
    const lookups = chooseLookups(facts, metrics.namespaces, past.lookups);
    return {
      schema: 'pgsteward/cache-status@1',
      target: { name: targetName },
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(clock.monotonicMs() - startMs),
      redis: { address: session.address, ...facts },
      lookups,
      objective: objectiveOf(lookups, settings.get(OBJECTIVE_SETTINGS.cacheHit)),
      left: { evictedKeys: left.evictedKeys, expiredKeys: left.expiredKeys, misses: left.misses },
      namespaces: metrics.namespaces,
      losses: findLosses(left, metrics.namespaces),
      unavailable: [...metrics.gaps, ...past.gaps],
    };
  } finally {
    session.close();
  }
}

/** The application's own counters know of every read; Redis knows of those that no process answered, and counts tags as well. */
function chooseLookups(
  facts: RedisFacts,
  namespaces: readonly CacheNamespace[],
  past: CacheLookups | null,
): CacheLookups {
  const hits = namespaces.reduce((sum, one) => sum + one.processHits + one.sharedHits, 0);
  const misses = namespaces.reduce((sum, one) => sum + one.misses, 0);
  if (hits + misses > 0) return { source: 'application', observedMs: null, hits, misses };
  const { uptimeMs } = facts;
  return past ?? { source: 'redis', observedMs: uptimeMs, hits: facts.hits, misses: facts.misses };
}

function objectiveOf(
  { source, observedMs, hits, misses }: CacheLookups,
  target: number,
): CacheStatusReport['objective'] {
  const id = 'objective/cache-hit';
  const count = hits + misses;
  if (count < LEAST_LOOKUPS) {
    const method = `only ${formatCount(count)} look-ups: too few to tell`;
    return { id, target, actual: null, unit: 'ratio', met: null, method };
  }
  const when = observedMs === null ? '' : ` in ${formatDuration(observedMs)}`;
  const what = {
    application: `reads of @pgsteward/cache${when}, in the processes and in Redis`,
    history: `look-ups of keys in Redis${when}, of all clients, kept by the daemon (a cache's tags count too)`,
    redis: `look-ups of keys in Redis${when} since its start, of all clients (a cache's tags count too)`,
  }[source];
  const actual = hits / count;
  const method = `share of ${formatCount(count)} ${what}`;
  return { id, target, actual, unit: 'ratio', met: actual >= target, method };
}

interface Past {
  readonly lookups: CacheLookups | null;
  readonly left: CacheStatusReport['left'] | null;
  readonly gaps: readonly Gap[];
}

/** Reads the last day of the history; a store that is away costs the history, not the status. */
async function readPast(
  targetName: string,
  address: string,
  { store, clock }: CacheStatusOptions,
): Promise<Past> {
  if (store === null) return { lookups: null, left: null, gaps: [] };
  try {
    const nowMs = clock.now().getTime();
    const target = await store.target(targetName);
    const { coveredMs, series } = await target.totals('cache', { fromMs: nowMs - DAY_MS, toMs: nowMs });
    const own = series.find(({ key }) => key[0] === `redis ${address}`)?.values ?? {};
    const of = (column: string): number => own[column] ?? 0;
    const [hits, misses] = [of('hits'), of('misses')];
    if (hits + misses < LEAST_LOOKUPS) return { lookups: null, left: null, gaps: [] };
    return {
      lookups: { source: 'history', observedMs: coveredMs, hits, misses },
      left: { evictedKeys: of('evictedKeys'), expiredKeys: of('expiredKeys'), misses },
      gaps: [],
    };
  } catch (error) {
    return { lookups: null, left: null, gaps: [historyGap('cache/history', error)] };
  }
}
