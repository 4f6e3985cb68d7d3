import { useState } from 'preact/hooks';
import type { SessionsView, SessionView } from '../../../agent/src/app/views/types.ts';
import { request, useApi } from '../api/client.ts';
import { format, formatTime } from '../format.ts';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { link, now, range } from '../route.ts';

const COLUMNS: readonly Column<SessionView>[] = [
  { id: 'pid', title: 'pid', isNumber: true, show: (row) => row.pid, sort: (row) => row.pid },
  { id: 'user', title: 'user', show: (row) => row.user, sort: (row) => row.user },
  { id: 'application', title: 'application', show: (row) => row.application, sort: (row) => row.application },
  { id: 'state', title: 'state', show: (row) => row.state, sort: (row) => row.state },
  { id: 'wait', title: 'waits for', show: (row) => row.wait ?? '' },
  {
    id: 'transaction',
    title: 'transaction',
    isNumber: true,
    show: (row) => format(row.transactionMs, 'ms'),
    sort: (row) => row.transactionMs,
  },
  {
    id: 'statement',
    title: 'statement',
    isNumber: true,
    show: (row) => format(row.statementMs, 'ms'),
    sort: (row) => row.statementMs,
  },
  { id: 'query', title: 'SQL', show: (row) => <code class="statement">{row.query}</code> },
];

/** Sessions as they are now, those that block others first. */
export function Sessions({ target }: { readonly target: string }) {
  const loaded = useApi<SessionsView>(`/targets/${encodeURIComponent(target)}/sessions?at=${now.value}`);
  return (
    <State loaded={loaded}>
      {(view) => (
        <>
          {range.value.isLive ? null : <OnlyNow target={target} />}
          <Blocking target={target} view={view} />
          <Table
            caption={`${view.sessions.length} sessions now, at ${formatTime(view.atMs)}`}
            columns={COLUMNS}
            rows={view.sessions}
            keyOf={(row) => String(row.pid)}
            order="transaction"
            empty="nobody is connected but pgsteward"
          />
        </>
      )}
    </State>
  );
}

/** Sessions of the past are kept added up: those are the load. */
function OnlyNow({ target }: { readonly target: string }) {
  const { fromMs, toMs } = range.value;
  return (
    <p class="warning">
      These are the sessions of now, whatever time is chosen. What was active from {formatTime(fromMs)} to{' '}
      {formatTime(toMs)} is under <Link to={link(target, 'load')}>Load of that time</Link>.
    </p>
  );
}

/** Who waits for whom, root first. */
function Blocking({ target, view }: { readonly target: string; readonly view: SessionsView }) {
  if (view.blocking.length === 0) return null;
  return (
    <section>
      <h2>Blocking</h2>
      <Blockers target={target} sessions={view.sessions} rows={view.blocking} depth={0} />
    </section>
  );
}

/** Those of one depth, each with the ones behind it. */
function Blockers(properties: {
  readonly target: string;
  readonly sessions: readonly SessionView[];
  readonly rows: SessionsView['blocking'];
  readonly depth: number;
}) {
  const { target, sessions, rows, depth } = properties;
  const begins = [...rows.keys()].filter((index) => rows[index]?.depth === depth);
  if (begins.length === 0) return null;
  return (
    <ul class={depth === 0 ? 'tree' : undefined}>
      {begins.map((begin, index) => {
        const pid = rows[begin]?.pid ?? 0;
        const own = sessions.find((session) => session.pid === pid);
        return (
          <li key={pid}>
            <Blocker pid={pid} session={own} />
            {own === undefined || depth > 0 ? null : <End target={target} session={own} />}
            <Blockers {...properties} rows={rows.slice(begin + 1, begins[index + 1])} depth={depth + 1} />
          </li>
        );
      })}
    </ul>
  );
}

function Blocker({ pid, session }: { readonly pid: number; readonly session: SessionView | undefined }) {
  if (session === undefined)
    return <>{pid === 0 ? 'a prepared transaction' : `${pid}, a background process`}</>;
  const { user, application, state, lockWaitMs, transactionMs, query } = session;
  return (
    <>
      <b>{pid}</b> {`${user} · ${application || 'no name'} · ${state}`}
      {lockWaitMs === null ? '' : `, waiting for ${format(lockWaitMs, 'ms')}`}
      {transactionMs === null ? '' : `, in a transaction for ${format(transactionMs, 'ms')}`}
      <code class="statement">{query}</code>
    </>
  );
}

/** Cancels the statement of a session that holds others up, or ends it; asks first. */
function End({ target, session }: { readonly target: string; readonly session: SessionView }) {
  const [asked, setAsked] = useState<'cancel' | 'terminate' | null>(null);
  const [answer, setAnswer] = useState('');
  const { pid, connectedMs } = session;
  const send = async (signal: string): Promise<void> => {
    setAsked(null);
    try {
      const path = `/targets/${encodeURIComponent(target)}/sessions/${pid}/${signal}`;
      const body = JSON.stringify({ connectedMs });
      setAnswer((await request<{ readonly answer: string }>(path, { method: 'POST', body })).answer);
    } catch (error) {
      setAnswer(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <p class="end">
      {asked === null ? (
        <>
          <button type="button" onClick={() => setAsked('cancel')}>
            cancel its statement
          </button>{' '}
          <button type="button" onClick={() => setAsked('terminate')}>
            end the session
          </button>
        </>
      ) : (
        <>
          {asked === 'cancel' ? `Cancel the statement of ${pid}?` : `End the session ${pid}?`}{' '}
          <button type="button" onClick={() => void send(asked)}>
            yes
          </button>{' '}
          <button type="button" onClick={() => setAsked(null)}>
            no
          </button>
        </>
      )}{' '}
      <output>{answer}</output>
    </p>
  );
}
