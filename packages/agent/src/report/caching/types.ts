import type { CachingAdvice } from '../../advise/index.ts';
import type { Objective } from '../../diagnose/index.ts';
import type { RedisFacts } from '../../redis/index.ts';
import type { AuditReport } from '../types.ts';

/** What `pgsteward cache advise` gives; field names are stable from the first release. */
export interface CacheAdviceReport
  extends CachingAdvice,
    Pick<AuditReport, 'target' | 'startedAt' | 'durationMs' | 'selfLoad'> {
  readonly schema: 'pgsteward/cache-advice@1';
}

/** Look-ups in a stretch of time. */
export interface CacheLookups {
  /** `application`: the caches' own counters; `history`: Redis, as the daemon kept it; `redis`: since it started. */
  readonly source: 'application' | 'history' | 'redis';
  /** Null where nobody says since when the caches count. */
  readonly observedMs: number | null;
  readonly hits: number;
  readonly misses: number;
}

/** Counters of the caches of one namespace, summed over the processes that were asked. */
export interface CacheNamespace {
  readonly namespace: string;
  readonly processHits: number;
  readonly sharedHits: number;
  readonly misses: number;
  readonly hitRatio: number | null;
  readonly loads: number;
  readonly loadErrors: number;
  /** Mean time of a load; null before the first. */
  readonly loadMeanMs: number | null;
  readonly refusals: number;
  readonly invalidations: number;
  readonly evictions: number;
  readonly storeErrors: number;
}

/** Where look-ups found nothing, and what would help. */
export interface CacheLoss {
  readonly cause: 'evicted' | 'expired' | 'namespace' | 'refused' | 'store';
  readonly count: number;
  /** Against all misses, at most 1. */
  readonly missesRatio: number;
  readonly why: string;
  readonly remedy: string;
}

/** What `pgsteward cache status` gives; field names are stable from the first release. */
export interface CacheStatusReport extends Pick<AuditReport, 'startedAt' | 'durationMs' | 'unavailable'> {
  readonly schema: 'pgsteward/cache-status@1';
  readonly target: { readonly name: string };
  readonly redis: RedisFacts & { readonly address: string };
  readonly lookups: CacheLookups;
  readonly objective: Objective;
  /** Keys that left Redis in the time of its own look-ups. */
  readonly left: { readonly evictedKeys: number; readonly expiredKeys: number; readonly misses: number };
  /** Those with the most misses first; empty where no metrics of the caches are read. */
  readonly namespaces: readonly CacheNamespace[];
  readonly losses: readonly CacheLoss[];
}
