import { useState } from 'preact/hooks';
import type { ActionView } from '../../../agent/src/app/views/action-types.ts';
import { request, useApi } from '../api/client.ts';
import { formatTime } from '../format.ts';

/** Who is signed in. */
interface Me {
  readonly name: string;
  readonly role: 'viewer' | 'operator';
}

type Verb = 'approve' | 'postpone' | 'reject' | 'undo' | 'token';

const TITLES: Readonly<Record<Verb, string>> = {
  approve: 'approve',
  postpone: 'postpone to the window',
  reject: 'reject',
  undo: 'undo',
  token: 'make a token',
};

interface TokenAnswer {
  readonly token?: string;
  readonly expiresAtMs?: number;
}

/** The decisions that can be taken on an action now. Each asks first; viewers see none. */
export function Decide({ view, onDone }: { readonly view: ActionView; readonly onDone: () => void }) {
  const me = useApi<Me>('/me').data;
  const [asked, setAsked] = useState<Verb | null>(null);
  const [answer, setAnswer] = useState('');
  const [token, setToken] = useState<TokenAnswer | null>(null);
  const verbs = verbsOf(view);
  if (me?.role !== 'operator' || (verbs.length === 0 && answer === '')) return null;
  const send = async (verb: Verb, reason: string): Promise<void> => {
    setAsked(null);
    try {
      const path = `/actions/${encodeURIComponent(view.action.id)}/${verb}`;
      const given = await request<TokenAnswer>(path, { method: 'POST', body: JSON.stringify({ reason }) });
      setToken(verb === 'token' ? given : null);
      setAnswer('');
      onDone();
    } catch (error) {
      setAnswer(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section class="decide" aria-label="Decision">
      {asked === null ? (
        verbs.map((verb) => (
          <button
            type="button"
            key={verb}
            class={verb === 'approve' && view.acting.hasRole ? 'main' : ''}
            onClick={() => setAsked(verb)}
          >
            {TITLES[verb]}
          </button>
        ))
      ) : (
        <Ask
          key={asked}
          verb={asked}
          view={view}
          onYes={(reason) => void send(asked, reason)}
          onNo={() => setAsked(null)}
        />
      )}
      {verbs.includes('approve') && !view.acting.hasRole ? (
        <span class="muted">An approval waits until there is a role to act with.</span>
      ) : null}
      {token?.token === undefined ? null : (
        <p>
          Shown once, holds until {formatTime(token.expiresAtMs ?? 0)}, for this action alone:{' '}
          <code class="token">{token.token}</code>
        </p>
      )}
      <output>{answer}</output>
    </section>
  );
}

/** What can be decided in the state that the action is in, under the owner's policy. */
function verbsOf({ action, policy, nextWindowMs }: ActionView): readonly Verb[] {
  const { state, undo } = action;
  if (state === 'verifying' || state === 'kept') return undo.length === 0 ? [] : ['undo'];
  if (state !== 'proposed' && state !== 'approved') return [];
  const mayApply = policy === 'approve' || policy === 'autopilot';
  const isLater = action.notBeforeMs !== null;
  // What the policy approved waits for its windows, and for ever once it is no longer autopilot.
  const isOpen = state === 'proposed' || action.approvedBy === 'policy';
  return [
    ...(mayApply && (isOpen || isLater) ? (['approve'] as const) : []),
    ...(mayApply && nextWindowMs !== null && !isLater ? (['postpone'] as const) : []),
    'reject',
    ...(mayApply && state === 'proposed' ? (['token'] as const) : []),
  ];
}

/** Asks before anything is done; a rejection says why. */
function Ask(properties: {
  readonly verb: Verb;
  readonly view: ActionView;
  readonly onYes: (reason: string) => void;
  readonly onNo: () => void;
}) {
  const { verb, view, onYes, onNo } = properties;
  const [reason, setReason] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onYes(reason);
  };
  return (
    <form class="inline" onSubmit={submit}>
      <span>{questionOf(verb, view)}</span>
      {verb === 'reject' ? (
        <label>
          because{' '}
          <input
            required
            maxLength={1_000}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      ) : null}
      <button type="submit">yes</button>
      <button type="button" onClick={onNo}>
        no
      </button>
    </form>
  );
}

function questionOf(verb: Verb, { action, acting, nextWindowMs }: ActionView): string {
  const statements =
    action.statements.length === 1 ? 'the statement' : `the ${action.statements.length} statements`;
  switch (verb) {
    case 'approve':
      return `Run ${statements} below on ${action.target}${acting.hasRole ? '' : ', once there is a role to act with'}?`;
    case 'postpone':
      return `Run ${statements} below on ${action.target} in the window that begins ${formatTime(nextWindowMs ?? 0, false)}?`;
    case 'reject':
      return 'Turn it down? It is not proposed again for a week.';
    case 'undo':
      return `Take it back on ${action.target}, with the undo below?`;
    case 'token':
      return 'Make a token? Whoever holds it may approve this one action, once.';
  }
}
