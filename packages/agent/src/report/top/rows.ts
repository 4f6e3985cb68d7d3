import { plantLockForest } from '../../kernel/index.ts';
import type { TopData, TopSession, TopState, TopStatement } from './types.ts';

/** Orders of each list, the first being the usual one. */
export const SESSION_ORDERS: readonly { readonly name: string; readonly of: (row: TopSession) => number }[] =
  [
    { name: 'transaction', of: (row) => row.transactionMs ?? -1 },
    { name: 'statement', of: (row) => row.statementMs ?? -1 },
    { name: 'lock wait', of: (row) => row.lockWaitMs ?? -1 },
    { name: 'pid', of: (row) => -row.pid },
  ];

/** Orders of the statements. */
export const STATEMENT_ORDERS: readonly {
  readonly name: string;
  readonly of: (row: TopStatement) => number;
}[] = [
  { name: 'time', of: (row) => row.msPerSecond },
  { name: 'calls', of: (row) => row.callsPerSecond },
  { name: 'mean', of: (row) => row.meanMs },
  { name: 'blocks', of: (row) => row.blocksPerCall * row.callsPerSecond },
];

/** A session in the blocking tree: 0 is the root. */
export interface BlockingRow {
  readonly session: TopSession;
  readonly depth: number;
  /** Sessions that wait for it, directly and behind others. */
  readonly waiting: number;
}

/** Gives the sessions that the filter lets through, in the chosen order. */
export function shownSessions({ sessions }: TopData, { filter, order }: TopState): readonly TopSession[] {
  const by = SESSION_ORDERS[order % SESSION_ORDERS.length]?.of ?? (() => 0);
  return sessions.filter((row) => isWanted(row, filter)).toSorted((a, b) => by(b) - by(a));
}

/** Gives the statements that the filter lets through, in the chosen order. */
export function shownStatements(
  { statements }: TopData,
  { filter, order }: TopState,
): readonly TopStatement[] {
  const by = STATEMENT_ORDERS[order % STATEMENT_ORDERS.length]?.of ?? (() => 0);
  const wanted = filter.toLowerCase();
  return statements
    .filter(({ query }) => wanted === '' || query?.toLowerCase().includes(wanted) === true)
    .toSorted((a, b) => by(b) - by(a));
}

/** Gives who waits for whom, roots first, those that most wait for in front. */
export function blockingRows({ sessions }: TopData): readonly BlockingRow[] {
  return plantLockForest(sessions)
    .toSorted((a, b) => b.waiters.length - a.waiters.length)
    .flatMap(({ root, waiters }) => [
      ...(root === null ? [] : [{ session: root, depth: 0, waiting: waiters.length }]),
      ...waiters.map(({ session, depth }, index) => {
        const next = waiters.findIndex((other, place) => place > index && other.depth <= depth);
        return { session, depth, waiting: (next < 0 ? waiters.length : next) - index - 1 };
      }),
    ]);
}

/** Gives the session that the chosen row stands for; null where a row is none. */
export function chosenSession(data: TopData, state: TopState): TopSession | null {
  if (state.view === 'sessions') return shownSessions(data, state)[state.selected] ?? null;
  return state.view === 'blocking' ? (blockingRows(data)[state.selected]?.session ?? null) : null;
}

/** Number of rows of the list that is shown. */
export function rowsCount(data: TopData, state: TopState): number {
  switch (state.view) {
    case 'sessions':
      return shownSessions(data, state).length;
    case 'waits':
      return data.waits.length;
    case 'blocking':
      return blockingRows(data).length;
    case 'statements':
      return shownStatements(data, state).length;
  }
}

function isWanted(
  { user, application, database, state, wait, query, pid }: TopSession,
  filter: string,
): boolean {
  if (filter === '') return true;
  const text = [String(pid), user, application, database, state, wait ?? '', query].join(' ').toLowerCase();
  return text.includes(filter.toLowerCase());
}
