import type { History, TargetHistory } from '../../store/index.ts';
import type { PoolerState } from '../watch/pooler.ts';
import { chartAxis, chartSeries } from './charts.ts';
import type { PoolRowView, PoolsView } from './pool-types.ts';
import type { ViewChart, ViewRange } from './types.ts';

/** Lines that a chart can tell apart. */
const MOST_LINES = 8;

/** Reads how the poolers in front of a target do: their pools at the end of a window, and charts over it. */
export async function readPools(
  target: TargetHistory,
  poolers: readonly PoolerState[],
  range: ViewRange,
): Promise<PoolsView> {
  const pools = await target.history({ kind: 'pool', range });
  // Read after the other, so that it reaches as far.
  const databases = await target.history({ kind: 'pooledDatabase', range });
  return {
    range,
    poolers: poolers.map(({ name, state, trouble, facts }) => ({
      name,
      state,
      trouble,
      version: facts?.version ?? null,
    })),
    pools: latestPools(pools, databases, range),
    charts: pools.series.length === 0 ? [] : charts(pools, databases),
  };
}

/** A value of a series at a tick, from its columns; NaN where it was not read. */
type Value = (at: (column: string) => number, coveredMs: number) => number;

interface ChartOf {
  readonly id: string;
  readonly title: string;
  readonly unit: ViewChart['unit'];
  readonly value: Value;
}

const column =
  (name: string): Value =>
  (at) =>
    at(name);

/** A counter stands at 0 where it was not read; the number of servers is known only where it was. */
const whenRead =
  (value: Value): Value =>
  (at, coveredMs) =>
    Number.isNaN(at('servers')) ? Number.NaN : value(at, coveredMs);

const rate = (name: string): Value => whenRead((at, coveredMs) => (at(name) * 1_000) / coveredMs);

const OF_POOLS: readonly ChartOf[] = [
  { id: 'pool-active', title: 'Clients connected, by pool', unit: 'count', value: column('clientsActive') },
  { id: 'pool-waiting', title: 'Clients waiting, by pool', unit: 'count', value: column('clientsWaiting') },
  { id: 'pool-wait', title: 'Longest wait for a server', unit: 'ms', value: column('longestWaitMs') },
  { id: 'pool-servers', title: 'Servers at work, by pool', unit: 'count', value: column('serversActive') },
];

const OF_DATABASES: readonly ChartOf[] = [
  {
    id: 'pool-transactions',
    title: 'Transactions through the pooler',
    unit: 'perSecond',
    value: rate('transactions'),
  },
  { id: 'pool-queries', title: 'Queries through the pooler', unit: 'perSecond', value: rate('queries') },
  {
    id: 'pool-mean-wait',
    title: 'Wait for a server, per transaction',
    unit: 'ms',
    value: whenRead((at) => at('waitMs') / at('transactions')),
  },
];

function charts(pools: History, databases: History): readonly ViewChart[] {
  return [
    ...OF_POOLS.map((chart) => chartOf(pools, chart)),
    ...OF_DATABASES.map((chart) => chartOf(databases, chart)),
  ];
}

/** Draws the series with the highest peaks, the highest first. */
function chartOf({ axis, series }: History, { value, ...chart }: ChartOf): ViewChart {
  const layout = chartAxis(axis);
  const isOfSeveral = new Set(series.map(({ key }) => key[0])).size > 1;
  const lines = series.map(({ key, columns }) =>
    chartSeries(layout, nameOf(key, isOfSeveral), (tick) =>
      value((name) => columns[name]?.[tick] ?? Number.NaN, axis.coveredMs[tick] ?? 0),
    ),
  );
  const peak = (values: readonly (number | null)[]): number =>
    values.reduce<number>((most, one) => Math.max(most, one ?? 0), 0);
  return {
    ...chart,
    isStacked: false,
    atMs: layout.atMs,
    series: lines.toSorted((a, b) => peak(b.values) - peak(a.values)).slice(0, MOST_LINES),
  };
}

function nameOf([pooler = '', ...rest]: readonly string[], isOfSeveral: boolean): string {
  const name = rest.join(' of ');
  return isOfSeveral ? `${name} at ${pooler}` : name;
}

type Throughput = Pick<PoolRowView, 'transactionsPerSecond' | 'queriesPerSecond' | 'waitPerTransactionMs'>;

const UNKNOWN: Throughput = {
  transactionsPerSecond: null,
  queriesPerSecond: null,
  waitPerTransactionMs: null,
};

/** Readings that may be missing at the end of a window before what was read last is no answer any more. */
const MISSED_READINGS = 3;
/** An agent under load may be that late, however often it reads. */
const LATE_MS = 30_000;

/** Pools as they were last read, if that is at the end of the window. */
function latestPools(pools: History, databases: History, { toMs }: ViewRange): readonly PoolRowView[] {
  const [atMs = 0, coveredMs = 0] = [pools.axis.atMs.at(-1), pools.axis.coveredMs.at(-1)];
  if (toMs - atMs > Math.max(LATE_MS, MISSED_READINGS * coveredMs)) return [];
  const throughput = latestThroughput(databases, atMs);
  return latestRows(pools, 'clientsActive').map(({ key: [pooler = '', database = '', user = ''], at }) => ({
    pooler,
    database,
    user,
    clientsActive: at('clientsActive'),
    clientsWaiting: at('clientsWaiting'),
    serversActive: at('serversActive'),
    serversIdle: at('serversIdle'),
    poolSize: at('poolSize') || null,
    longestWaitMs: at('longestWaitMs'),
    ...(throughput.get(JSON.stringify([pooler, database])) ?? UNKNOWN),
  }));
}

/** Throughput of each database of each pooler, by both; none where the last reading had nothing to compare with. */
function latestThroughput(history: History, sinceMs: number): ReadonlyMap<string, Throughput> {
  const seconds = (history.axis.coveredMs.at(-1) ?? 0) / 1_000;
  if (seconds === 0 || (history.axis.atMs.at(-1) ?? 0) < sinceMs) return new Map();
  return new Map(
    latestRows(history, 'servers').map(({ key, at }) => [
      JSON.stringify(key),
      {
        transactionsPerSecond: at('transactions') / seconds,
        queriesPerSecond: at('queries') / seconds,
        waitPerTransactionMs: at('transactions') === 0 ? null : at('waitMs') / at('transactions'),
      },
    ]),
  );
}

/** Rows of the last tick. @param state column that is a number only where the series was read */
function latestRows({ axis, series }: History, state: string) {
  const tick = axis.atMs.length - 1;
  return series.flatMap(({ key, columns }) => {
    const at = (name: string): number => columns[name]?.[tick] ?? Number.NaN;
    return Number.isNaN(at(state)) ? [] : [{ key, at }];
  });
}
