import type { History, Store, TargetHistory } from '../../store/index.ts';
import { chartAxis, chartSeries, viewChanges } from './charts.ts';
import type { LoadDimension, LoadStatement, LoadTopView, LoadView, ViewChart, ViewRange } from './types.ts';

/** Bands of a stack; what is smaller goes together. */
const BANDS = 9;
const OTHER = 'other';
const TOP_STATEMENTS = 20;

/** Place of each dimension in the key of an activity. */
export const PLACES = { waitType: 0, query: 2, user: 3, application: 4, database: 5 } as const;

/** Reads the load of a target: average active sessions, stacked by one dimension. */
export async function readLoad(
  store: Store,
  target: TargetHistory,
  query: { readonly range: ViewRange; readonly by: LoadDimension; readonly cpus: number | null },
): Promise<LoadView> {
  const { range, by, cpus } = query;
  const [activity, sampling, events] = await Promise.all([
    target.history({ kind: 'activity', range, groupBy: (key) => dimensionOf(key, by) }),
    target.history({ kind: 'sampling', range }),
    target.events(range),
  ]);
  const chart = await stack(store, { activity, sampling, by });
  const limit = cpus === null ? {} : { limit: { name: `${cpus} CPUs`, value: cpus } };
  return { range, by, chart: { ...chart, ...limit }, events: viewChanges(events) };
}

/** Stacks activity that was added up by a dimension: the largest bands, and the rest together. */
export async function stack(
  store: Store,
  from: { readonly activity: History; readonly sampling: History; readonly by: LoadDimension },
): Promise<ViewChart> {
  const { activity, sampling, by } = from;
  const samples = samplesAt(sampling);
  const bands = activity.series
    .map(({ key, columns }) => ({ name: key[0] ?? '', seen: columns['samples'] ?? new Float64Array(0) }))
    .map((band) => ({ ...band, total: band.seen.reduce((a, b) => a + b, 0) }))
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => b.total - a.total);
  const shown = bands.slice(0, BANDS);
  const rest = bands.slice(BANDS);
  if (rest.length > 0) {
    const seen = new Float64Array(activity.axis.atMs.length);
    for (const band of rest) {
      for (let tick = 0; tick < seen.length; tick += 1)
        seen[tick] = (seen[tick] ?? 0) + (band.seen[tick] ?? 0);
    }
    shown.push({ name: OTHER, seen, total: 0 });
  }
  const layout = chartAxis(activity.axis);
  const texts =
    by === 'query'
      ? await textsOf(
          store,
          shown.map(({ name }) => name),
        )
      : null;
  return {
    id: 'load',
    title: 'Average active sessions',
    unit: 'sessions',
    isStacked: true,
    atMs: layout.atMs,
    series: shown.map(({ name, seen }) =>
      chartSeries(layout, texts?.get(name) ?? name, (tick) => {
        const count = samples.get(activity.axis.atMs[tick] ?? 0);
        return count === undefined || count === 0 ? undefined : (seen[tick] ?? 0) / count;
      }),
    ),
  };
}

function samplesAt({ axis, series }: History): ReadonlyMap<number, number> {
  const samples = series[0]?.columns['samples'];
  return new Map([...axis.atMs].map((at, tick) => [at, samples?.[tick] ?? 0]));
}

/** Gives the value of a dimension; sessions that run wait for nothing. */
export function dimensionOf(key: readonly string[], by: LoadDimension): string {
  if (by !== 'wait') return key[PLACES[by]] || '(none)';
  const [type, event] = key;
  return type === event ? (type ?? '') : `${type}: ${event}`;
}

async function textsOf(store: Store, fingerprints: readonly string[]): Promise<Map<string, string>> {
  const texts = await store.statementTexts(fingerprints);
  return new Map(
    [...texts].map(([fingerprint, text]) => [fingerprint, text.replace(/\s+/g, ' ').slice(0, 80)]),
  );
}

/** Reads what made the load of a window: the statements whose sessions were active most, and what they waited for. */
export async function readLoadTop(
  store: Store,
  target: TargetHistory,
  range: ViewRange,
): Promise<LoadTopView> {
  const [activity, sampling, statements] = await Promise.all([
    target.totals('activity', range),
    target.totals('sampling', range),
    target.totals('statement', range),
  ]);
  const samples = sampling.series[0]?.values['samples'] ?? 0;
  const byStatement = new Map<string, Map<string, number>>();
  let all = 0;
  for (const { key, values } of activity.series) {
    const seen = values['samples'] ?? 0;
    const waits = byStatement.get(key[2] ?? '') ?? new Map<string, number>();
    byStatement.set(key[2] ?? '', waits);
    const wait = dimensionOf(key, 'wait');
    waits.set(wait, (waits.get(wait) ?? 0) + seen);
    all += seen;
  }
  const top = [...byStatement]
    .map(([fingerprint, waits]) => ({
      fingerprint,
      waits,
      seen: [...waits.values()].reduce((a, b) => a + b, 0),
    }))
    .toSorted((a, b) => b.seen - a.seen)
    .slice(0, TOP_STATEMENTS);
  const texts = await store.statementTexts(top.map(({ fingerprint }) => fingerprint));
  const counted = new Map(statements.series.map(({ key, values }) => [key[0] ?? '', values]));
  return {
    range,
    activeSessions: samples === 0 ? 0 : all / samples,
    statements: top.map(({ fingerprint, waits, seen }): LoadStatement => {
      const values = counted.get(fingerprint);
      const calls = values?.['calls'] ?? null;
      return {
        fingerprint,
        text: texts.get(fingerprint) ?? null,
        activeSessions: samples === 0 ? 0 : seen / samples,
        share: all === 0 ? 0 : seen / all,
        waits: [...waits]
          .toSorted((a, b) => b[1] - a[1])
          .slice(0, 4)
          .map(([name, count]) => ({ name, share: count / seen })),
        calls,
        meanMs: calls === null || calls === 0 ? null : (values?.['totalMs'] ?? 0) / calls,
      };
    }),
  };
}
