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
  const blocked = new Set(sessions.filter(({ blockedBy }) => blockedBy.length > 0).map(({ pid }) => pid));
  const behind = (pid: number): readonly TopSession[] =>
    sessions.filter(({ blockedBy }) => blockedBy.includes(pid));
  const below = (session: TopSession, depth: number, above: ReadonlySet<number>): readonly BlockingRow[] => {
    if (above.has(session.pid)) return [];
    const seen = new Set([...above, session.pid]);
    const rows = behind(session.pid).flatMap((one) => below(one, depth + 1, seen));
    return [{ session, depth, waiting: new Set(rows.map((row) => row.session.pid)).size }, ...rows];
  };
  const roots = sessions.filter(({ pid }) => !blocked.has(pid) && behind(pid).length > 0);
  // Sessions that wait for one another have no root: begin with any of them.
  const begin = roots.length > 0 ? roots : sessions.filter(({ pid }) => blocked.has(pid)).slice(0, 1);
  return begin
    .map((root) => below(root, 0, new Set()))
    .toSorted((a, b) => b.length - a.length)
    .flat();
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
