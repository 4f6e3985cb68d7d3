import { estimateLatencyQuantile } from '../../diagnose/index.ts';
import type { SeriesTotal, Store, TargetHistory } from '../../store/index.ts';
import { perSecond, singleChart, viewChanges } from './charts.ts';
import { readExecutionRows, readPlanRows } from './plans.ts';
import { readStatementLoad } from './statement-load.ts';
import type { FindingRow, QueriesView, QueryRow, QueryView, ViewChart, ViewRange } from './types.ts';

const WEEK_MS = 7 * 86_400_000;

/** Orders of the list of statements. */
export const QUERY_VIEW_ORDERS = ['total', 'mean', 'calls', 'read', 'temp', 'wal', 'regressed'] as const;

/** One of the orders. */
export type QueryViewOrder = (typeof QUERY_VIEW_ORDERS)[number];

/** Reads the statements of a window, with the same window a week before to compare. */
export async function readQueries(
  store: Store,
  target: TargetHistory,
  query: {
    readonly range: ViewRange;
    readonly order: QueryViewOrder;
    readonly limit: number;
    readonly search?: string;
  },
): Promise<QueriesView> {
  const { range, order, limit, search } = query;
  const before = { fromMs: range.fromMs - WEEK_MS, toMs: range.toMs - WEEK_MS };
  const [now, then] = await Promise.all([
    target.totals('statement', range),
    target.totals('statement', before),
  ]);
  const earlier = new Map(then.series.map(({ key, values }) => [key[0] ?? '', meanOf(values)]));
  const allMs = now.series.reduce((sum, { values }) => sum + (values['totalMs'] ?? 0), 0);
  const rows = now.series
    .filter(({ values }) => (values['calls'] ?? 0) > 0)
    .map((series) => rowOf(series, { allMs, coveredMs: now.coveredMs, earlier }));
  const texts =
    search === undefined ? null : await store.statementTexts(rows.map(({ fingerprint }) => fingerprint));
  const wanted = search?.toLowerCase() ?? '';
  const found =
    texts === null
      ? rows
      : rows.filter((row) => texts.get(row.fingerprint)?.toLowerCase().includes(wanted) === true);
  const top = found.toSorted((a, b) => weight(b, order) - weight(a, order)).slice(0, limit);
  const shown = texts ?? (await store.statementTexts(top.map(({ fingerprint }) => fingerprint)));
  return {
    range,
    coveredMs: now.coveredMs,
    total: found.length,
    rows: top.map((row) => {
      const text = shown.get(row.fingerprint) ?? null;
      return { ...row, text, p95Ms: row.p95Ms };
    }),
  };
}

function weight(row: QueryRow, order: QueryViewOrder): number {
  switch (order) {
    case 'mean':
      return row.meanMs;
    case 'calls':
      return row.calls;
    case 'read':
      return row.readBlocksPerCall * row.calls;
    case 'temp':
      return row.tempBlocksPerCall * row.calls;
    case 'wal':
      return row.walBytesPerCall * row.calls;
    case 'regressed':
      return row.meanMsLastWeek === null ? 0 : (row.meanMs - row.meanMsLastWeek) * row.calls;
    case 'total':
      return row.totalMs;
  }
}

function rowOf(
  { key, values }: SeriesTotal,
  all: {
    readonly allMs: number;
    readonly coveredMs: number;
    readonly earlier: ReadonlyMap<string, number | null>;
  },
): QueryRow {
  const at = (column: string): number => values[column] ?? 0;
  const calls = at('calls');
  const meanMs = at('totalMs') / calls;
  const blocks = at('sharedBlocksHit') + at('sharedBlocksRead');
  return {
    fingerprint: key[0] ?? '',
    text: null,
    share: all.allMs === 0 ? 0 : at('totalMs') / all.allMs,
    calls,
    callsPerSecond: (calls * 1_000) / all.coveredMs,
    totalMs: at('totalMs'),
    meanMs,
    p95Ms: p95Of(values) ?? meanMs,
    rowsPerCall: at('rows') / calls,
    hitRatio: blocks === 0 ? null : at('sharedBlocksHit') / blocks,
    readBlocksPerCall: at('sharedBlocksRead') / calls,
    tempBlocksPerCall: (at('tempBlocksRead') + at('tempBlocksWritten')) / calls,
    walBytesPerCall: at('walBytes') / calls,
    meanMsLastWeek: all.earlier.get(key[0] ?? '') ?? null,
  };
}

function meanOf(values: SeriesTotal['values']): number | null {
  const calls = values['calls'] ?? 0;
  return calls === 0 ? null : (values['totalMs'] ?? 0) / calls;
}

/** The quantile that 95 of 100 calls stay below, from their mean and deviation. */
function p95Of(values: SeriesTotal['values']): number | null {
  const calls = values['calls'] ?? 0;
  const meanMs = meanOf(values) ?? 0;
  const stddevMs = Math.sqrt(Math.max(0, (values['squaresMs2'] ?? 0) / Math.max(1, calls) - meanMs ** 2));
  return estimateLatencyQuantile([{ calls, meanMs, stddevMs, minMs: 0, maxMs: 0 }], 0.95);
}

/** Reads everything about one statement. */
export async function readQuery(
  store: Store,
  target: TargetHistory,
  query: {
    readonly range: ViewRange;
    readonly fingerprint: string;
    readonly findings: readonly FindingRow[];
  },
): Promise<QueryView> {
  const { range, fingerprint, findings } = query;
  const [history, totals, events, texts, plans, executions, load] = await Promise.all([
    target.history({ kind: 'statement', keys: [[fingerprint]], range }),
    readQueries(store, target, { range, order: 'total', limit: Number.MAX_SAFE_INTEGER }),
    target.events(range),
    store.statementTexts([fingerprint]),
    readPlanRows(target, fingerprint, Date.now()),
    readExecutionRows(target, fingerprint),
    readStatementLoad(store, target, { range, fingerprint }),
  ]);
  return {
    range,
    fingerprint,
    text: texts.get(fingerprint) ?? null,
    summary: totals.rows.find((row) => row.fingerprint === fingerprint) ?? null,
    charts: history.series.length === 0 ? [] : statementCharts(history),
    events: viewChanges(
      events.filter(({ kind, subject }) => kind !== 'plan-change' || subject === fingerprint),
    ),
    findings,
    plans,
    executions,
    load,
  };
}

type StatementHistory = Parameters<typeof singleChart>[0];

function statementCharts(history: StatementHistory): readonly ViewChart[] {
  const perCall = (column: string) => ({
    name: column,
    value: (at: (name: string) => number) => at(column) / at('calls'),
  });
  return [
    singleChart(history, { id: 'mean', title: 'Time per call', unit: 'ms' }, [
      { ...perCall('totalMs'), name: 'mean' },
      {
        name: 'p95, estimated',
        value: (at) =>
          p95Of({ calls: at('calls'), totalMs: at('totalMs'), squaresMs2: at('squaresMs2') }) ?? Number.NaN,
      },
    ]),
    singleChart(history, { id: 'calls', title: 'Calls', unit: 'perSecond' }, [
      { name: 'calls', value: perSecond('calls') },
      { name: 'rows', value: perSecond('rows') },
    ]),
    singleChart(history, { id: 'blocks', title: 'Blocks per call', unit: 'count', isStacked: true }, [
      { ...perCall('sharedBlocksHit'), name: 'found in shared buffers' },
      { ...perCall('sharedBlocksRead'), name: 'read' },
    ]),
    singleChart(history, { id: 'writes', title: 'Written per call', unit: 'count', isStacked: true }, [
      { ...perCall('sharedBlocksDirtied'), name: 'blocks dirtied' },
      {
        name: 'temporary blocks',
        value: (at) => (at('tempBlocksRead') + at('tempBlocksWritten')) / at('calls'),
      },
    ]),
    singleChart(history, { id: 'wal', title: 'WAL', unit: 'bytesPerSecond' }, [
      { name: 'WAL', value: perSecond('walBytes') },
    ]),
  ];
}
