import type { AgentView } from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { format, formatAgo } from '../format.ts';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { now, range } from '../route.ts';

type Collector = AgentView['collectors'][number];

const COLUMNS: readonly Column<Collector>[] = [
  { id: 'id', title: 'collector', show: (row) => row.id },
  { id: 'every', title: 'every', isNumber: true, show: (row) => format(row.everyMs, 'ms') },
  {
    id: 'effective',
    title: 'runs every',
    hint: 'longer when it would take more than its share of the target',
    isNumber: true,
    show: (row) => format(row.effectiveEveryMs, 'ms'),
  },
  { id: 'runs', title: 'runs', isNumber: true, show: (row) => format(row.runs, 'count') },
  { id: 'failures', title: 'failures', isNumber: true, show: (row) => format(row.failures, 'count') },
  { id: 'took', title: 'took', isNumber: true, show: (row) => format(row.tookMs, 'ms') },
  { id: 'late', title: 'late', isNumber: true, show: (row) => format(row.lateMs, 'ms') },
  { id: 'last', title: 'last success', show: (row) => formatAgo(row.succeededAtMs, now.value) },
  { id: 'trouble', title: 'trouble', show: (row) => <span class="critical">{row.trouble ?? ''}</span> },
];

/** How pgsteward itself does: what it costs, how late it is, what went wrong. */
export function Agent({ target }: { readonly target: string }) {
  const loaded = useApi<AgentView>(`/targets/${encodeURIComponent(target)}/agent?${rangeQuery(range.value)}`);
  return (
    <State loaded={loaded}>
      {(view) => (
        <>
          <p>
            pgsteward {view.version}, running for {format(now.value - view.startedAtMs, 'ms')},{' '}
            {format(view.rssBytes, 'bytes')} resident · history at {view.storeAddress},{' '}
            {view.leadership.replace('-', ' ')} · target {view.targetState.replace('-', ' ')}
          </p>
          {[view.storeTrouble, view.targetTrouble].map((trouble) =>
            trouble === null ? null : (
              <p key={trouble} class="trouble">
                {trouble}
              </p>
            ),
          )}
          {view.waitingRows === 0 ? null : <p>{format(view.waitingRows, 'count')} rows wait to be stored</p>}
          {view.droppedRows === 0 ? null : (
            <p class="trouble">
              {format(view.droppedRows, 'count')} rows were dropped: the store was away for too long
            </p>
          )}
          {view.otlp === null ? null : <Otlp otlp={view.otlp} />}
          <Table caption="Collectors" columns={COLUMNS} rows={view.collectors} keyOf={(row) => row.id} />
          <div class="grid">
            {view.charts.map((chart) => (
              <Chart key={chart.id} chart={chart} range={range.value} events={[]} />
            ))}
          </div>
        </>
      )}
    </State>
  );
}

/** Whether the metrics arrive where they are sent. */
function Otlp({ otlp }: { readonly otlp: NonNullable<AgentView['otlp']> }) {
  return (
    <>
      <p>
        metrics go to {otlp.destination} by OTLP every {format(otlp.everyMs, 'ms')}:{' '}
        {otlp.succeededAtMs === null
          ? 'none have arrived yet'
          : `the last arrived ${formatAgo(otlp.succeededAtMs, now.value)}`}
        , {format(otlp.failuresCount, 'count')} attempts failed
      </p>
      {otlp.trouble === null ? null : <p class="trouble">{otlp.trouble}</p>}
    </>
  );
}
