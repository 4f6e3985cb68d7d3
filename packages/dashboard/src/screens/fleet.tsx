import type { FleetRow } from '../../../agent/src/app/views/types.ts';
import { useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { format } from '../format.ts';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { link, now } from '../route.ts';

const HOUR_MS = 3_600_000;

/** All targets, each with its score and the reasons for it. */
export function Fleet() {
  const loaded = useApi<readonly FleetRow[]>(`/fleet?at=${now.value}`);
  return (
    <main id="main">
      <h1>Targets</h1>
      <State loaded={loaded}>
        {(rows) => (
          <div class="cards">
            {rows.map((row) => (
              <Target key={row.name} row={row} />
            ))}
          </div>
        )}
      </State>
    </main>
  );
}

function Target({ row }: { readonly row: FleetRow }) {
  const range = { fromMs: now.value - HOUR_MS, toMs: now.value };
  return (
    <article class="card">
      <header>
        <h2>
          <Link to={link(row.name, 'load')}>{row.name}</Link>
        </h2>
        <p class={`score ${grade(row.score)}`} title="100 less what weighs on it, listed below">
          {row.score ?? '…'}
          <span class="hidden"> of 100</span>
        </p>
      </header>
      <p class="muted">
        {row.address}
        {row.serverVersion === null ? '' : ` · PostgreSQL ${row.serverVersion}`} ·{' '}
        {row.state.replace('-', ' ')}
      </p>
      {row.trouble === null ? null : <p class="trouble">{row.trouble}</p>}
      <p>
        <b>{format(row.activeSessions, 'sessions')}</b> active sessions on average in the last 10 minutes
      </p>
      <Chart chart={row.spark} range={range} events={[]} height={110} />
      {row.reasons.length === 0 ? null : (
        <ul class="reasons">
          {row.reasons.map((reason) => (
            <li key={reason.text}>
              <b>−{reason.points}</b> {reason.text}
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link to={link(row.name, 'findings')}>
          {row.findings.critical} critical, {row.findings.warning} warnings, {row.findings.info} notes
        </Link>
        {row.waitingActions === 0 ? null : (
          <>
            {' · '}
            <Link to={link(row.name, 'actions')}>
              {row.waitingActions === 1
                ? '1 action waits for a decision'
                : `${row.waitingActions} actions wait for a decision`}
            </Link>
          </>
        )}
      </p>
    </article>
  );
}

function grade(score: number | null): string {
  if (score === null) return '';
  return score >= 80 ? 'good' : score >= 50 ? 'warning' : 'critical';
}
