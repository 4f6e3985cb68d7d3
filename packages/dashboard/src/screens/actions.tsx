import { useState } from 'preact/hooks';
import type {
  ActingView,
  ActionRow,
  ActionView,
  TargetActionsView,
} from '../../../agent/src/app/views/action-types.ts';
import { useApi } from '../api/client.ts';
import { format, formatAgo, formatTime } from '../format.ts';
import { noteOf, scriptOf, stateClass, stateWords } from '../parts/action-words.ts';
import { Decide } from '../parts/decide.tsx';
import { LedgerTable } from '../parts/ledger.tsx';
import { Link } from '../parts/link.tsx';
import { Sql } from '../parts/sql.tsx';
import { State } from '../parts/state.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { link, now } from '../route.ts';

const UNDER_WAY: readonly string[] = ['approved', 'applying', 'verifying', 'reverting'];

/** What waits for a decision, the most urgent first, what is under way, and what was done. */
export function Actions({ target }: { readonly target: string }) {
  const loaded = useApi<TargetActionsView>(`/targets/${encodeURIComponent(target)}/actions?at=${now.value}`);
  return (
    <State loaded={loaded}>
      {({ actions, acting, nextWindowMs }) => {
        const waiting = actions.filter(({ state }) => state === 'proposed');
        const underWay = actions.filter(({ state }) => UNDER_WAY.includes(state));
        const withdrawn = actions.filter(({ standing }) => standing === 'withdrawn');
        const rest = [...waiting, ...underWay, ...withdrawn];
        const done = actions.filter((one) => !rest.includes(one));
        return (
          <>
            <Hindrance acting={acting} />
            {nextWindowMs === null ? null : (
              <p class="muted">By itself pgsteward acts next in the window of {formatTime(nextWindowMs)}.</p>
            )}
            <h2>Waiting for a decision</h2>
            <List actions={waiting} acting={acting} empty="Nothing waits for you." />
            <h2>Under way</h2>
            <List actions={underWay} acting={acting} empty="Nothing is under way." />
            <h2>Done</h2>
            <List actions={done} acting={acting} empty="Nothing was done yet." />
            {withdrawn.length === 0 ? null : (
              <details>
                <summary>{withdrawn.length} no longer proposed</summary>
                <List actions={withdrawn} acting={acting} empty="" />
              </details>
            )}
            <p>
              <Link to={link(target, 'ledger')}>the ledger: everything that happened, entry by entry</Link>
            </p>
          </>
        );
      }}
    </State>
  );
}

function Hindrance({ acting: { hasRole, trouble } }: { readonly acting: ActingView }) {
  if (trouble !== null) return <p class="trouble">{trouble}</p>;
  if (hasRole) return null;
  return (
    <p class="trouble">
      There is no role to act with: what is approved waits. Make one with{' '}
      <code>pgsteward role --acting --print-sql</code> and name it in <code>act-url</code>.
    </p>
  );
}

function List(properties: {
  readonly actions: readonly ActionRow[];
  readonly acting: ActingView;
  readonly empty: string;
}) {
  const { actions, acting, empty } = properties;
  if (actions.length === 0) return <p class="muted">{empty}</p>;
  return (
    <ul class="alerts">
      {actions.map((action) => (
        <li key={action.id} class={`finding ${stateClass(action.state)}`}>
          <div>
            <span class="badge">{action.standing}</span>{' '}
            <Link to={link(action.target, 'actions', action.id)}>{action.title}</Link>
          </div>
          <Progress action={action} acting={acting} />
          <div class="muted">
            {stateWords(action)} · {action.effectText ?? 'nothing was predicted'} · risk {action.risk.level} ·{' '}
            {formatAgo(action.changedAtMs, now.value)}
            {noteOf(action) === null ? '' : ` · ${noteOf(action)}`}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** How far what is being done has come. */
function Progress({ action, acting }: { readonly action: ActionRow; readonly acting: ActingView }) {
  const { underWay } = acting;
  if (underWay === null || underWay.action !== action.id || underWay.task === '') return null;
  const { task, doneRatio } = underWay;
  return (
    <div>
      {task}{' '}
      {doneRatio === null ? null : (
        <>
          <progress value={doneRatio} max={1} aria-label={task} /> {format(doneRatio, 'ratio')}
        </>
      )}
    </div>
  );
}

/** One action: what runs, why, what is expected and what can go wrong, the decision, and what it did. */
export function Action({ target, id }: { readonly target: string; readonly id: string }) {
  const [changes, setChanges] = useState(0);
  const loaded = useApi<ActionView>(`/actions/${encodeURIComponent(id)}?at=${now.value}&n=${changes}`);
  return (
    <State loaded={loaded}>
      {(view) => {
        const { action, acting, verdict, ledger } = view;
        const note = noteOf(action, verdict?.reason);
        return (
          <>
            <p>
              <Link to={link(target, 'actions')}>all actions</Link>
            </p>
            <h2>{action.title}</h2>
            <p>
              <b class={stateClass(action.state)}>{stateWords(action)}</b>
              {note === null ? '' : `: ${note}`}
            </p>
            <Progress action={action} acting={acting} />
            <Hindrance acting={acting} />
            <Decide view={view} onDone={() => setChanges((count) => count + 1)} />
            <Facts view={view} />
            <h2>What runs</h2>
            <Sql text={scriptOf(action.statements)} />
            <h2>What takes it back</h2>
            {action.undo.length === 0 ? (
              <p class="muted">
                Read from the database before anything is changed, where there is something to take back.
              </p>
            ) : (
              <Sql text={scriptOf(action.undo)} />
            )}
            {verdict === null ? null : <Verdict target={target} verdict={verdict} />}
            <h2>What happened</h2>
            <LedgerTable entries={ledger} caption="Entries of the ledger" />
          </>
        );
      }}
    </State>
  );
}

function Facts({ view: { action, policy, nextWindowMs } }: { readonly view: ActionView }) {
  const { effect, risk, findings } = action;
  return (
    <dl class="facts list">
      <div>
        <dt>why</dt>
        <dd>
          {findings.length === 0
            ? `proposed by ${action.proposedBy}`
            : findings.map((id) => (
                <Link key={id} to={link(action.target, 'findings', id)}>
                  {id}{' '}
                </Link>
              ))}
        </dd>
      </div>
      <div>
        <dt>expected</dt>
        <dd>
          {action.effectText === null ? (
            effect.method
          ) : (
            <>
              {action.effectText} <span class="muted">({effect.method})</span>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>risk</dt>
        <dd>
          {risk.level}: {risk.why}
        </dd>
      </div>
      {action.addsBytes === 0 ? null : (
        <div>
          <dt>space</dt>
          <dd>{format(action.addsBytes, 'bytes')} more</dd>
        </div>
      )}
      <div>
        <dt>policy</dt>
        <dd>
          {policy} <span class="muted">({POLICIES[policy] ?? ''})</span>
        </dd>
      </div>
      <div>
        <dt>window</dt>
        <dd>{windowWords(action, nextWindowMs)}</dd>
      </div>
      <div>
        <dt>proposed</dt>
        <dd>
          by {action.proposedBy}, {formatTime(action.proposedAtMs)}
          {action.approvedBy === null ? '' : `; approved by ${action.approvedBy}`}
        </dd>
      </div>
    </dl>
  );
}

const POLICIES: Readonly<Record<string, string>> = {
  observe: 'nothing of this kind is proposed any more',
  propose: 'shown, never applied',
  approve: 'applied once a person agreed',
  autopilot: 'applied by itself, in the windows and within the budgets',
};

function windowWords({ notBeforeMs }: ActionRow, nextWindowMs: number | null): string {
  if (notBeforeMs !== null) return `in the window that begins ${formatTime(notBeforeMs)}`;
  return nextWindowMs === null ? 'any time' : `the next begins ${formatTime(nextWindowMs)}`;
}
