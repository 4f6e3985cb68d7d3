import type { Store } from '../../store/index.ts';
import type { OtlpPush } from '../metrics/push-otlp.ts';
import type { Service } from '../service/start-service.ts';
import type { Watcher } from '../watch/watch-target.ts';
import { chartAxis, chartSeries } from './charts.ts';
import type { AgentView, ViewChart, ViewRange } from './types.ts';

/** Shows how the agent itself does with one target. */
export async function readAgent(
  { store, version, startedAt, pushes }: Pick<Service, 'store' | 'version' | 'startedAt' | 'pushes'>,
  watcher: Watcher,
  range: ViewRange,
): Promise<AgentView> {
  const { leadership, outbox, connection, collectors } = watcher;
  return {
    name: watcher.target.name,
    version,
    startedAtMs: startedAt.getTime(),
    rssBytes: process.memoryUsage.rss(),
    storeAddress: store.address,
    leadership: leadership.state,
    storeTrouble: leadership.trouble,
    targetState: connection.state,
    targetTrouble: connection.trouble,
    waitingRows: outbox.waitingRows,
    droppedRows: outbox.droppedRows,
    collectors: collectors.map(({ succeededAt, ...collector }) => ({
      ...collector,
      succeededAtMs: succeededAt?.getTime() ?? null,
    })),
    otlp: otlpOf(pushes.get(watcher.target.name)),
    charts: await charts(store, watcher.target.name, range),
  };
}

function otlpOf(push: OtlpPush | undefined): AgentView['otlp'] {
  if (push === undefined) return null;
  const { succeededAt, ...status } = push.status;
  return { ...status, succeededAtMs: succeededAt?.getTime() ?? null };
}

async function charts(store: Store, name: string, range: ViewRange): Promise<readonly ViewChart[]> {
  const { axis, series } = await (await store.target(name)).history({ kind: 'self', range });
  const layout = chartAxis(axis);
  const own = series.find(({ key }) => key[0] === 'process')?.columns ?? {};
  const share = (column: string) => (tick: number) =>
    (own[column]?.[tick] ?? Number.NaN) / (axis.coveredMs[tick] ?? 1);
  const base = { isStacked: false, atMs: layout.atMs } as const;
  return [
    {
      ...base,
      id: 'cost',
      title: 'Share of one core on the target, at most',
      unit: 'ratio',
      series: [chartSeries(layout, 'database time', share('databaseMs'))],
      limit: { name: '1 %', value: 0.01 },
    },
    {
      ...base,
      id: 'memory',
      title: 'Memory of the agent',
      unit: 'bytes',
      series: [chartSeries(layout, 'resident', (tick) => own['rssBytes']?.[tick])],
    },
    {
      ...base,
      id: 'cpu',
      title: 'Processor of the agent',
      unit: 'ratio',
      series: [chartSeries(layout, 'of one core', share('cpuMs'))],
    },
  ];
}
