import { type LatencyClass, OBJECTIVE_SETTINGS } from '../../diagnose/index.ts';
import { formatCount } from '../../kernel/index.ts';
import { REDIS_SETTINGS } from '../../redis/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { TargetHistory, Totals } from '../../store/index.ts';
import type { ObjectiveRow } from './types.ts';

const HOUR_MS = 3_600_000;
const BUDGET_MS = 30 * 24 * HOUR_MS;
/** Share of the calls that has to be done within the limit of a p95. */
const P95 = 0.95;

/** Said of targets that have a cache before them, and of no other. */
const CACHE_HIT = 'objective/cache-hit';

/** A service level whose events are counted. */
export interface ObjectiveLevel {
  readonly id: string;
  readonly title: string;
  /** Share of events that must not miss. */
  readonly ratio: number;
  /** What an event is, for a person. */
  readonly events: string;
}

/** Tells where the target stands against each service level: now, in its error budget, and how fast that is spent. */
export async function readObjectives(
  target: TargetHistory,
  settings: Settings,
  options: { readonly classes: readonly LatencyClass[]; readonly nowMs: number },
): Promise<readonly ObjectiveRow[]> {
  const { nowMs, classes } = options;
  const [hour, month] = await Promise.all(
    [HOUR_MS, BUDGET_MS].map((lengthMs) =>
      target.totals('objective', { fromMs: nowMs - lengthMs, toMs: nowMs }),
    ),
  );
  const isWatched = ({ id }: ObjectiveLevel): boolean =>
    id !== CACHE_HIT || settings.get(REDIS_SETTINGS.url) !== '' || countOf(month, id).total > 0;
  const levels = objectiveLevels(settings, classes).filter(isWatched);
  return levels.map((level) => rowOf(level, countOf(hour, level.id), countOf(month, level.id)));
}

/** Gives the service levels whose events are counted. */
export function objectiveLevels(
  settings: Settings,
  classes: readonly LatencyClass[],
): readonly ObjectiveLevel[] {
  const limitMs = settings.get(OBJECTIVE_SETTINGS.p95);
  return [
    {
      id: 'objective/availability',
      title: 'Availability',
      ratio: settings.get(OBJECTIVE_SETTINGS.availability),
      events: 'probes answered',
    },
    {
      id: 'objective/p95',
      title: `Statements within ${limitMs} ms`,
      ratio: P95,
      events: 'calls, estimated from mean and deviation',
    },
    ...classes.map((one) => ({
      id: `objective/p95-${one.name}`,
      title: `${one.name} within ${one.limitMs} ms`,
      ratio: P95,
      events: 'calls, estimated from mean and deviation',
    })),
    {
      id: 'objective/buffer-hit',
      title: 'Blocks found in shared buffers',
      ratio: settings.get(OBJECTIVE_SETTINGS.bufferHit),
      events: 'blocks',
    },
    {
      id: 'objective/index-scan',
      title: 'Scans of larger tables by index',
      ratio: settings.get(OBJECTIVE_SETTINGS.indexScan),
      events: 'scans',
    },
    {
      id: CACHE_HIT,
      title: 'Look-ups found in the cache',
      ratio: settings.get(OBJECTIVE_SETTINGS.cacheHit),
      events: 'look-ups in the cache before the database',
    },
  ];
}

interface Count {
  readonly total: number;
  readonly bad: number;
}

function countOf(totals: Totals | undefined, id: string): Count {
  const values = totals?.series.find(({ key }) => key[0] === id)?.values;
  return { total: values?.['total'] ?? 0, bad: values?.['bad'] ?? 0 };
}

function rowOf({ id, title, ratio, events }: ObjectiveLevel, hour: Count, month: Count): ObjectiveRow {
  const allowed = 1 - ratio;
  const actual = hour.total === 0 ? null : 1 - hour.bad / hour.total;
  return {
    id,
    title,
    unit: 'ratio',
    target: ratio,
    actual,
    isMet: actual === null ? null : actual >= ratio,
    method:
      hour.total === 0
        ? 'nothing was counted in the last hour'
        : `share of ${formatCount(hour.total)} ${events} in the last hour; budget over 30 days`,
    budgetLeft: month.total === 0 ? null : 1 - month.bad / month.total / allowed,
    burn: hour.total === 0 ? null : hour.bad / hour.total / allowed,
  };
}
