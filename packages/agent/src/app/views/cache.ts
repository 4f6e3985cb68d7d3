import type { TargetHistory } from '../../store/index.ts';
import { type Line, perSecond, singleChart } from './charts.ts';
import type { ViewChart, ViewRange } from './types.ts';

const CACHE_CHARTS: readonly {
  readonly chart: Parameters<typeof singleChart>[1];
  readonly lines: readonly Line[];
}[] = [
  {
    chart: {
      id: 'cache-hit',
      title: 'Found in the cache',
      unit: 'ratio',
      limit: { name: 'objective', value: 0.95 },
    },
    lines: [{ name: 'cache hit ratio', value: (at) => at('hits') / (at('hits') + at('misses')) }],
  },
  {
    chart: { id: 'cache-memory', title: 'Memory of the cache', unit: 'bytes' },
    lines: [
      { name: 'used', value: (at) => at('usedBytes') },
      // 0 is no limit, and no line.
      { name: 'maxmemory', value: (at) => at('maximumBytes') || Number.NaN },
    ],
  },
  {
    chart: { id: 'cache-keys', title: 'Keys that left the cache', unit: 'perSecond' },
    lines: [
      { name: 'evicted for want of memory', value: perSecond('evictedKeys') },
      { name: 'expired', value: perSecond('expiredKeys') },
    ],
  },
];

/** Reads the charts of the cache before a target; none where there is none. */
export async function readCacheCharts(
  target: TargetHistory,
  range: ViewRange,
): Promise<readonly ViewChart[]> {
  const history = await target.history({ kind: 'cache', range });
  if (history.series.length === 0) return [];
  return CACHE_CHARTS.map(({ chart, lines }) => singleChart(history, chart, lines));
}
