import type { StatementLoadView, ViewEvent, ViewRange } from '../../../agent/src/app/views/types.ts';
import { Chart } from '../charts/chart.tsx';
import { format } from '../format.ts';
import { showRange } from '../route.ts';
import { type Column, Table } from './table.tsx';

type Part = StatementLoadView['by'][number]['parts'][number];

const TITLES: Readonly<Record<string, string>> = {
  wait: 'waits for',
  user: 'user',
  application: 'application',
};

/** What the sessions in a statement wait for, and whose they are. */
export function StatementLoad(properties: {
  readonly load: StatementLoadView | null;
  readonly range: ViewRange;
  readonly events: readonly ViewEvent[];
}) {
  const { load, range, events } = properties;
  return (
    <section>
      <h2>Who calls it, and what it waits for</h2>
      {load === null ? (
        <p class="muted">no sample of the sessions saw it: it is rare, or fast</p>
      ) : (
        <>
          <Chart chart={load.chart} range={range} events={events} onBrush={showRange} />
          <div class="grid">
            {load.by.map(({ dimension, parts }) => (
              <Table
                key={dimension}
                caption={`Active sessions by ${TITLES[dimension] ?? dimension}`}
                columns={columns(TITLES[dimension] ?? dimension)}
                rows={parts}
                keyOf={({ name }) => name}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function columns(title: string): readonly Column<Part>[] {
  return [
    { id: 'name', title, show: ({ name }) => name, sort: ({ name }) => name },
    {
      id: 'sessions',
      title: 'active sessions',
      isNumber: true,
      show: ({ activeSessions, share }) => (
        <>
          {format(activeSessions, 'sessions')} <meter value={share} title={format(share, 'ratio')} />
        </>
      ),
      sort: ({ activeSessions }) => activeSessions,
    },
  ];
}
