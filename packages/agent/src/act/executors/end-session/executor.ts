import { setTimeout as sleep } from 'node:timers/promises';
import { type SessionStateRow, sessionStateQuery } from '../../../catalog/index.ts';
import { readEndSession, type SessionEnd } from '../../../sql/index.ts';
import { readTrees } from '../../statements/trees.ts';
import type { Change, Execution, Executor, Prepared } from '../../types.ts';
import { mustRead, NotDone, obstacle } from '../shared.ts';
import { transactional } from '../transactional.ts';

const END_MS = 10_000;
const POLL_MS = 50;

const base: Executor = transactional({
  kind: 'end-session',
  read: readChange,
  async prepare(execution) {
    const { change } = execution;
    const end = endOf(change);
    const state = await readState(execution);
    if (state === null) return obstacle(`${change.object} is gone already`, false);
    const reason = whyNot(state, end);
    if (reason !== null) return obstacle(`${change.object} ${reason}`, false);
    if (!state.maySignal) {
      const remedy = 'grant pg_signal_backend to the acting role; a superuser ends those of superusers';
      return obstacle(`the acting role may not end ${change.object}: ${remedy}`, true);
    }
    return { table: null, undo: [], facts: { statementAt: state.statementAt } };
  },
  isDone,
});

/**
 * Cancels the statement of the session that holds others up, or ends the session. What was in its transaction is rolled
 * back by PostgreSQL; nothing brings it back.
 * @source PostgreSQL docs 9.28.2 "Server Signaling Functions"
 */
export const endSession: Executor = {
  ...base,
  async apply(execution, prepared) {
    await base.apply(execution, prepared);
    // The signal is sent; the session ends a moment later.
    for (let waitedMs = 0; waitedMs < END_MS; waitedMs += POLL_MS) {
      if (await isDone(execution, prepared)) return;
      await sleep(POLL_MS, undefined, { signal: execution.signal });
    }
    throw new NotDone(`${execution.change.object} got the signal and did not stop within 10 s`);
  },
};

function readChange(statements: readonly string[]): Change | null {
  const [sql, ...more] = statements;
  const end = sql === undefined ? null : readEndSession(sql);
  if (end === null || more.length > 0 || readTrees(statements) === null) return null;
  return { kind: 'end-session', statements, object: `session ${end.pid}`, table: null };
}

function endOf({ statements: [sql = ''] }: Change): SessionEnd {
  return readEndSession(sql) ?? { signal: 'cancel', pid: 0, connectedAt: '' };
}

async function readState({ session, change }: Execution): Promise<SessionStateRow | null> {
  const { pid, connectedAt } = endOf(change);
  const [state] = await mustRead(session, sessionStateQuery, [pid, connectedAt]);
  return state ?? null;
}

/** Only the root of a pile-up is ended: somebody waits for it, and it for nobody. */
function whyNot(state: SessionStateRow, { signal }: SessionEnd): string | null {
  if (state.isOwn) return 'is one of pgsteward';
  if (state.backendType !== 'client backend') return `is no session of a client (${state.backendType})`;
  if (state.blockedCount === 0) return 'holds nobody up any more';
  if (state.blockersCount > 0) return 'waits for another session itself';
  if (signal === 'cancel' && state.state !== 'active') return 'runs no statement that could be cancelled';
  return null;
}

async function isDone(execution: Execution, { facts }: Prepared): Promise<boolean> {
  const state = await readState(execution);
  if (state === null) return true;
  const { signal } = endOf(execution.change);
  return signal === 'cancel' && (state.state !== 'active' || state.statementAt !== facts['statementAt']);
}
