import { groupBy } from '../../kernel/index.ts';
import type {
  Fingerprints,
  HistoryFacts,
  PlanChangeFact,
  SequencePast,
  Snapshot,
  StatementPast,
  StatementPeriod,
} from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { SeriesTotal, Store, TargetHistory, TimeRange, Totals } from '../../store/index.ts';
import { readPastWorkload } from '../tune/read-workload.ts';
import type { CollectorStatus } from './rounds.ts';
import { databaseBytesOf, matviewsOf } from './slow-past.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const WEEKS = 4;
const ENOUGH_WEEKS = 3;
const HOURS = 23;
/** Share of an hour that must have been watched for it to count. */
const WATCHED = 0.5;
const MOST_STATEMENTS = 200;

/** What the facts are read with. */
export interface FactsOptions {
  readonly store: Store;
  readonly targetName: string;
  readonly fingerprints: Fingerprints;
  readonly collectors: readonly CollectorStatus[];
  /** What the target holds now. */
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly nowMs: number;
}

/** Reads what the checks want to know of the past: the last hour, and hours that it can be compared with. */
export async function readHistoryFacts(options: FactsOptions): Promise<HistoryFacts> {
  const { store, targetName, nowMs } = options;
  const target = await store.target(targetName);
  const lastHour = { fromMs: nowMs - HOUR_MS, toMs: nowMs };
  const [now, activity, sampling, self, past] = await Promise.all([
    target.totals('statement', lastHour),
    target.totals('activity', lastHour),
    target.totals('sampling', lastHour),
    target.totals('self', lastHour),
    readPast(target, nowMs),
  ]);
  const workload = await readPastWorkload(options);
  return {
    ...(workload === null ? {} : { workload }),
    planChanges: await planChangesOf(options, target),
    sequences: await sequencesOf(target, nowMs),
    databaseBytes: await databaseBytesOf(target, nowMs),
    matviews: await matviewsOf(target, nowMs),
    comparedWith: past.comparedWith,
    statements: await statementsOf(options, now, past.hours),
    load: loadOf(activity, sampling),
    self: selfOf(self),
    collectors: options.collectors.map(({ id, effectiveEveryMs, succeededAt, trouble }) => ({
      id,
      everyMs: effectiveEveryMs,
      silentMs: succeededAt === null ? null : Math.max(0, nowMs - succeededAt.getTime()),
      trouble,
    })),
  };
}

const DAY_MS = 24 * HOUR_MS;

/** Changes of plans of the last day, the latest first, with the time of a call in the hour before and since. */
async function planChangesOf(
  { store, fingerprints, nowMs }: FactsOptions,
  target: TargetHistory,
): Promise<readonly PlanChangeFact[]> {
  const events = (await target.events({ fromMs: nowMs - DAY_MS, toMs: nowMs }))
    .filter(({ kind }) => kind === 'plan-change')
    .slice(-MOST_STATEMENTS)
    .toReversed();
  const texts = await store.statementTexts(events.map(({ subject }) => subject));
  const facts: PlanChangeFact[] = [];
  for (const [atMs, changes] of groupBy(events, ({ at }) => at.getTime())) {
    const before = meansOf(await target.totals('statement', { fromMs: atMs - HOUR_MS, toMs: atMs }));
    const after = meansOf(await target.totals('statement', { fromMs: atMs, toMs: nowMs }));
    for (const { subject, at, detail } of changes) {
      facts.push({
        fingerprint: subject,
        queryId: fingerprints.queryIdOf(subject) ?? null,
        text: texts.get(subject) ?? null,
        at,
        cause: String(detail['cause']),
        causeText: String(detail['text']),
        costBefore: Number(detail['costBefore']),
        costAfter: Number(detail['costAfter']),
        meanMsBefore: before.get(subject) ?? null,
        meanMsAfter: after.get(subject) ?? null,
      });
    }
  }
  return facts;
}

/** Mean time of a call by fingerprint, of those that ran. */
function meansOf({ series }: Totals): ReadonlyMap<string, number> {
  return new Map(
    series.flatMap(({ key, values }) => {
      const calls = values['calls'] ?? 0;
      return calls === 0 ? [] : [[key[0] ?? '', (values['totalMs'] ?? 0) / calls] as const];
    }),
  );
}

/** How far sequences have come in the last weeks. */
async function sequencesOf(target: TargetHistory, nowMs: number): Promise<readonly SequencePast[]> {
  const range = { fromMs: nowMs - 2 * WEEK_MS, toMs: nowMs };
  const { axis, series } = await target.history({ kind: 'sequence', range, resolution: '1h' });
  return series.flatMap(({ key, columns }) => {
    const used = columns['used'] ?? new Float64Array(0);
    const first = used.findIndex((value) => !Number.isNaN(value));
    const last = used.findLastIndex((value) => !Number.isNaN(value));
    const available = columns['available']?.[last] ?? Number.NaN;
    if (first < 0 || Number.isNaN(available)) return [];
    return [
      {
        schema: key[0] ?? '',
        name: key[1] ?? '',
        usedCount: used[last] ?? 0,
        availableCount: available,
        grownCount: Math.max(0, (used[last] ?? 0) - (used[first] ?? 0)),
        observedMs: (axis.atMs[last] ?? 0) - (axis.atMs[first] ?? 0),
      },
    ];
  });
}

/** The same hour of the last weeks; until there are enough of them, the hours before this one. */
async function readPast(
  target: TargetHistory,
  nowMs: number,
): Promise<{ readonly comparedWith: string; readonly hours: readonly Totals[] }> {
  const read = async (ranges: readonly TimeRange[]): Promise<readonly Totals[]> => {
    const totals: Totals[] = [];
    for (const range of ranges) totals.push(await target.totals('statement', range));
    return totals.filter(({ coveredMs }) => coveredMs >= WATCHED * HOUR_MS);
  };
  const weeks = await read(
    Array.from({ length: WEEKS }, (_, index) => hourBefore(nowMs - (index + 1) * WEEK_MS)),
  );
  if (weeks.length >= ENOUGH_WEEKS) {
    return { comparedWith: `the same hour of the last ${weeks.length} weeks`, hours: weeks };
  }
  const hours = await read(
    Array.from({ length: HOURS }, (_, index) => hourBefore(nowMs - (index + 1) * HOUR_MS)),
  );
  return { comparedWith: `the last ${hours.length} hours`, hours };
}

/** Whole minutes, so that rollups of five minutes serve most of it. */
function hourBefore(endMs: number): TimeRange {
  const toMs = Math.floor(endMs / (HOUR_MS / 12)) * (HOUR_MS / 12);
  return { fromMs: toMs - HOUR_MS, toMs };
}

async function statementsOf(
  { store, fingerprints }: FactsOptions,
  now: Totals,
  hours: readonly Totals[],
): Promise<readonly StatementPast[]> {
  const allMs = now.series.reduce((sum, { values }) => sum + (values['totalMs'] ?? 0), 0);
  const top = now.series
    .toSorted((a, b) => (b.values['totalMs'] ?? 0) - (a.values['totalMs'] ?? 0))
    .slice(0, MOST_STATEMENTS);
  const texts = await store.statementTexts(top.map(({ key }) => key[0] ?? ''));
  const earlier = hours.map(({ series }) => new Map(series.map((one) => [one.key[0] ?? '', one])));
  return top.map((series) => {
    const fingerprint = series.key[0] ?? '';
    return {
      queryId: fingerprints.queryIdOf(fingerprint) ?? null,
      fingerprint,
      text: texts.get(fingerprint) ?? null,
      now: periodOf(series),
      timeRatio: allMs === 0 ? 0 : (series.values['totalMs'] ?? 0) / allMs,
      past: earlier.flatMap((hour) => {
        const one = hour.get(fingerprint);
        return one === undefined ? [] : [periodOf(one)];
      }),
    };
  });
}

function periodOf({ values }: SeriesTotal): StatementPeriod {
  return {
    calls: values['calls'] ?? 0,
    totalMs: values['totalMs'] ?? 0,
    blocks: (values['sharedBlocksHit'] ?? 0) + (values['sharedBlocksRead'] ?? 0),
  };
}

function loadOf(activity: Totals, sampling: Totals): HistoryFacts['load'] {
  const samples = sampling.series[0]?.values['samples'] ?? 0;
  if (samples === 0) return null;
  const waits = new Map<string, number>();
  for (const { key, values } of activity.series) {
    const name = key[0] === key[1] ? (key[0] ?? '') : `${key[0]}: ${key[1]}`;
    waits.set(name, (waits.get(name) ?? 0) + (values['samples'] ?? 0) / samples);
  }
  const sorted = [...waits].toSorted((a, b) => b[1] - a[1]);
  return {
    activeSessions: sorted.reduce((sum, [, count]) => sum + count, 0),
    waits: sorted.map(([name, activeSessions]) => ({ name, activeSessions })),
    observedMs: sampling.coveredMs,
  };
}

function selfOf(self: Totals): HistoryFacts['self'] {
  const own = self.series.find(({ key }) => key[0] === 'process');
  return own === undefined ? null : { databaseMs: own.values['databaseMs'] ?? 0, observedMs: self.coveredMs };
}
