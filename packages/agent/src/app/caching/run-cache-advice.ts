import {
  adviseCaching,
  CACHING_SETTINGS,
  type CachingValues,
  countersCachingWorkload,
} from '../../advise/index.ts';
import { diagnose } from '../../diagnose/index.ts';
import { type Clock, failure, type PgstewardError, type ProgressListener } from '../../kernel/index.ts';
import { type Snapshot, takeSnapshot } from '../../observe/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { CacheAdviceReport } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import type { Store } from '../../store/index.ts';
import { APP_ERRORS } from '../errors.ts';
import { readPast } from '../history-gap.ts';
import { openAuditPlanning } from '../indexes/audit-indexes.ts';
import { openTarget } from '../open-target.ts';
import { checks } from '../registries.ts';
import { readPastCaching } from './read-past-caching.ts';

/** What advice on caching is asked with. */
export interface RunCacheAdviceOptions {
  readonly settings: Settings;
  /** The daemon's history; null where there is none. */
  readonly store: Store | null;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds what to cache of a target's reads: from the history that the daemon keeps, else from the counters since their reset.
 * Asks the checks and the index advisor what would serve a statement better. Changes nothing there.
 * @throws POSTGRES.* when the target cannot be reached, is lost on the way, or it is cancelled; APP.STATEMENTS_UNAVAILABLE
 */
export async function runCacheAdvice(
  target: ConnectionTarget,
  options: RunCacheAdviceOptions,
): Promise<CacheAdviceReport> {
  const { clock, settings } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  try {
    const snapshot = await takeSnapshot(session, options);
    const observed = { snapshot, interval: null, plans: null };
    const past = await readPast('cache/history', options.store, (store) => {
      const nowMs = clock.now().getTime();
      return readPastCaching({ store, targetName: target.name, snapshot, settings, nowMs });
    });
    const workload = past.workload ?? countersCachingWorkload(snapshot);
    if (workload === null) throw uncounted(snapshot);
    const planning = await openAuditPlanning(session, observed, options);
    try {
      const { findings } = diagnose(checks, { ...observed, plans: planning.plans }, settings);
      const others = { findings, advised: await planning.advise() };
      const advice = adviseCaching({ workload, snapshot, others, values: cachingValues(settings) });
      const { statements, databaseMs } = session.selfLoad();
      return {
        schema: 'pgsteward/cache-advice@1',
        target: {
          name: target.name,
          serverVersion: snapshot.server.version,
          database: snapshot.server.database,
        },
        startedAt: startedAt.toISOString(),
        durationMs: Math.round(clock.monotonicMs() - startMs),
        selfLoad: { statements, databaseMs: Math.round(databaseMs) },
        ...advice,
        unavailable: [...advice.unavailable, ...past.gaps, ...planning.gaps],
      };
    } finally {
      await planning.close();
    }
  } finally {
    await session.close();
  }
}

function cachingValues(settings: Settings): CachingValues {
  return Object.fromEntries(
    Object.entries(CACHING_SETTINGS).map(([name, setting]) => [name, settings.get(setting)]),
  ) as CachingValues;
}

function uncounted({ sections: { statements } }: Snapshot): PgstewardError {
  const known =
    statements.status === 'ok'
      ? {
          reason: 'nobody knows since when they count',
          remedy: 'update pg_stat_statements to 1.9 or newer, or let `pgsteward serve` watch the target',
        }
      : { reason: statements.reason, remedy: statements.remedy };
  return failure(APP_ERRORS.STATEMENTS_UNAVAILABLE, known);
}
