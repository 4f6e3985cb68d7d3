import type { ChartsView } from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { Events } from '../parts/events.tsx';
import { State } from '../parts/state.tsx';
import { range, showRange } from '../route.ts';

/** A screen made of charts. */
export function Charts({ target, screen }: { readonly target: string; readonly screen: string }) {
  const loaded = useApi<ChartsView>(
    `/targets/${encodeURIComponent(target)}/charts/${screen}?${rangeQuery(range.value)}`,
  );
  return (
    <State loaded={loaded}>
      {(view) => (
        <>
          <div class="grid">
            {view.charts.map((chart) => (
              <Chart
                key={chart.id}
                chart={chart}
                range={view.range}
                events={view.events}
                onBrush={showRange}
              />
            ))}
          </div>
          <Events events={view.events} />
        </>
      )}
    </State>
  );
}
