import { useCallback, useState } from 'preact/hooks';
import type { LoadStatement, LoadTopView, LoadView } from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { format, formatTime } from '../format.ts';
import { Events } from '../parts/events.tsx';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { link, range, route, setParameters, showRange } from '../route.ts';

const DIMENSIONS = [
  { id: 'wait', title: 'wait event' },
  { id: 'waitType', title: 'wait class' },
  { id: 'query', title: 'statement' },
  { id: 'user', title: 'user' },
  { id: 'application', title: 'application' },
  { id: 'database', title: 'database' },
] as const;

/** Load: average active sessions by what they wait for; a marked stretch shows the statements behind it. */
export function Load({ target }: { readonly target: string }) {
  const by = route.value.parameters.get('by') ?? 'wait';
  const shown = range.value;
  const [brush, setBrush] = useState<{ readonly fromMs: number; readonly toMs: number } | null>(null);
  const base = `/targets/${encodeURIComponent(target)}/load`;
  const load = useApi<LoadView>(`${base}?${rangeQuery(shown)}&by=${by}`);
  const window = brush ?? shown;
  const top = useApi<LoadTopView>(`${base}/top?${rangeQuery(window)}`);
  const onBrush = useCallback((fromMs: number, toMs: number) => setBrush({ fromMs, toMs }), []);
  return (
    <>
      <label class="choice">
        sliced by{' '}
        <select value={by} onChange={(event) => setParameters({ by: event.currentTarget.value }, true)}>
          {DIMENSIONS.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <State loaded={load}>
        {(view) => (
          <>
            <Chart
              chart={view.chart}
              range={view.range}
              events={view.events}
              height={280}
              onBrush={onBrush}
              mark={brush}
            />
            <p class="muted">
              {brush === null ? (
                'Mark a stretch of the chart to see what made it: with the mouse, or with shift and the arrow keys, then enter.'
              ) : (
                <>
                  {formatTime(brush.fromMs)} – {formatTime(brush.toMs)}{' '}
                  <button type="button" onClick={() => showRange(brush.fromMs, brush.toMs)}>
                    show only this
                  </button>{' '}
                  <button type="button" onClick={() => setBrush(null)}>
                    clear
                  </button>
                </>
              )}
            </p>
          </>
        )}
      </State>
      <h2>Top SQL</h2>
      <State loaded={top}>
        {(view) => (
          <Table
            caption={`Statements by active sessions, ${format(view.activeSessions, 'sessions')} in all`}
            columns={columns(target)}
            rows={view.statements}
            keyOf={(row) => row.fingerprint}
            empty="no session was active"
          />
        )}
      </State>
      <State loaded={load}>{(view) => <Events events={view.events} />}</State>
    </>
  );
}

function columns(target: string): readonly Column<LoadStatement>[] {
  return [
    {
      id: 'sessions',
      title: 'active sessions',
      isNumber: true,
      show: (row) => (
        <>
          {format(row.activeSessions, 'sessions')}{' '}
          <meter value={row.share} aria-label={`${format(row.share, 'ratio')} of the load`} />
        </>
      ),
      sort: (row) => row.activeSessions,
    },
    {
      id: 'statement',
      title: 'statement',
      show: (row) =>
        row.fingerprint === '' ? (
          <i>without a text</i>
        ) : (
          <Link to={link(target, 'query', row.fingerprint)} class="statement">
            {row.text ?? row.fingerprint}
          </Link>
        ),
    },
    {
      id: 'waits',
      title: 'waits for',
      show: (row) => row.waits.map(({ name, share }) => `${name} ${format(share, 'ratio')}`).join(', '),
    },
    {
      id: 'calls',
      title: 'calls',
      isNumber: true,
      show: (row) => format(row.calls, 'count'),
      sort: (row) => row.calls,
    },
    {
      id: 'mean',
      title: 'mean',
      isNumber: true,
      show: (row) => format(row.meanMs, 'ms'),
      sort: (row) => row.meanMs,
    },
  ];
}
