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
          <Blocking target={target} sessions={view.sessions} />
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
function Blocking({
  target,
  sessions,
}: {
  readonly target: string;
  readonly sessions: readonly SessionView[];
}) {
  const blocked = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
  if (blocked.length === 0) return null;
  const isBlocked = new Set(blocked.map(({ pid }) => pid));
  const roots = [...new Set(blocked.flatMap(({ blockedBy }) => blockedBy))].filter(
    (pid) => !isBlocked.has(pid),
  );
  // Sessions that wait for one another have no root: begin with any of them.
  const begin = roots.length > 0 ? roots : blocked.slice(0, 1).map(({ pid }) => pid);
  return (
    <section>
      <h2>Blocking</h2>
      <ul class="tree">
        {begin.map((pid) => (
          <Blocker key={pid} target={target} pid={pid} sessions={sessions} above={[]} />
        ))}
      </ul>
    </section>
  );
}

function Blocker(properties: {
  readonly target: string;
  readonly pid: number;
  readonly sessions: readonly SessionView[];
  readonly above: readonly number[];
}) {
  const { target, pid, sessions, above } = properties;
  const own = sessions.find((session) => session.pid === pid);
  const waiting = above.includes(pid) ? [] : sessions.filter(({ blockedBy }) => blockedBy.includes(pid));
  return (
    <li>
      <b>{pid}</b>{' '}
      {own === undefined
        ? 'a background process'
        : `${own.user} · ${own.application || 'no name'} · ${own.state}`}
      {own?.lockWaitMs == null ? '' : `, waiting for ${format(own.lockWaitMs, 'ms')}`}
      {own?.transactionMs == null ? '' : `, in a transaction for ${format(own.transactionMs, 'ms')}`}
      <code class="statement">{own?.query ?? ''}</code>
      {own === undefined || above.length > 0 ? null : <End target={target} session={own} />}
      {waiting.length === 0 ? null : (
        <ul>
          {waiting.map((session) => (
            <Blocker
              key={session.pid}
              target={target}
              pid={session.pid}
              sessions={sessions}
              above={[...above, pid]}
            />
          ))}
        </ul>
      )}
    </li>
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
