import type { QueryView } from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { format } from '../format.ts';
import { Events } from '../parts/events.tsx';
import { Executions } from '../parts/executions.tsx';
import { FindingCard } from '../parts/finding.tsx';
import { Plans } from '../parts/plans.tsx';
import { Sql } from '../parts/sql.tsx';
import { State } from '../parts/state.tsx';
import { StatementLoad } from '../parts/statement-load.tsx';
import { range, showRange } from '../route.ts';

/** Everything about one statement. */
export function Query({ target, fingerprint }: { readonly target: string; readonly fingerprint: string }) {
  const loaded = useApi<QueryView>(
    `/targets/${encodeURIComponent(target)}/queries/${encodeURIComponent(fingerprint)}?${rangeQuery(range.value)}`,
  );
  return (
    <State loaded={loaded}>
      {(view) => (
        <>
          <Sql text={view.text ?? `the text of ${view.fingerprint} is not known`} />
          {view.summary === null ? (
            <p class="muted">It did not run in this time.</p>
          ) : (
            <dl class="tiles">
              <Tile name="share of time" value={format(view.summary.share, 'ratio')} />
              <Tile name="calls" value={format(view.summary.callsPerSecond, 'perSecond')} />
              <Tile name="mean" value={format(view.summary.meanMs, 'ms')} />
              <Tile name="p95, estimated" value={format(view.summary.p95Ms, 'ms')} />
              <Tile name="rows per call" value={format(view.summary.rowsPerCall, 'count')} />
              <Tile name="a week before" value={format(view.summary.meanMsLastWeek, 'ms')} />
            </dl>
          )}
          {view.findings.map((finding) => (
            <FindingCard key={finding.id} target={target} finding={finding} />
          ))}
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
          <StatementLoad load={view.load} range={view.range} events={view.events} />
          <Executions executions={view.executions} />
          <Plans plans={view.plans} />
          <Events events={view.events} />
        </>
      )}
    </State>
  );
}

function Tile({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
