import { activityQuery, type CatalogResult, runCatalogQuery, type SessionRow } from '../../catalog/index.ts';
import { plantLockForest } from '../../kernel/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { openTarget } from '../open-target.ts';
import type { Watcher } from '../watch/watch-target.ts';
import type { SessionsView, SessionView } from './types.ts';

/** Reads the sessions as they are now, pgsteward's own and background processes left out. */
export async function readSessions(watcher: Watcher, atMs: number): Promise<SessionsView> {
  // An agent that stands by keeps no session of its own on the target.
  if (watcher.connection.state === 'standing-by') {
    return readSessionsOnce(watcher.target, { settings: watcher.settings, atMs });
  }
  const result = await watcher.connection.exclusively((session) => runCatalogQuery(session, activityQuery));
  return sessionsOf(result, atMs);
}

/** Reads the sessions of a target that this process does not watch. @throws POSTGRES.* */
export async function readSessionsOnce(
  target: ConnectionTarget,
  options: { readonly settings: Settings; readonly atMs: number; readonly signal?: AbortSignal },
): Promise<SessionsView> {
  const session = await openTarget(target, options);
  try {
    return sessionsOf(await runCatalogQuery(session, activityQuery), options.atMs);
  } finally {
    await session.close();
  }
}

function sessionsOf(result: CatalogResult<SessionRow>, atMs: number): SessionsView {
  const sessions = result.ok ? shown(result.rows) : [];
  return {
    atMs,
    sessions,
    blocking: plantLockForest(sessions).flatMap(({ rootPid, waiters }) => [
      { pid: rootPid, depth: 0 },
      ...waiters.map(({ session, depth }) => ({ pid: session.pid, depth })),
    ]),
  };
}

function shown(rows: readonly SessionRow[]): readonly SessionView[] {
  return rows
    .filter((row) => !row.isOwn && row.backendType === 'client backend')
    .map(viewOf)
    .toSorted((a, b) => (b.transactionMs ?? -1) - (a.transactionMs ?? -1));
}

function viewOf(row: SessionRow): SessionView {
  return {
    pid: row.pid,
    user: row.user ?? '',
    database: row.database ?? '',
    application: row.applicationName ?? '',
    client: row.clientAddress ?? '',
    state: row.state ?? 'hidden',
    wait:
      row.waitEventType === null || row.state === 'idle'
        ? null
        : `${row.waitEventType}: ${row.waitEvent ?? ''}`,
    transactionMs: row.transactionMs,
    statementMs: row.state === 'active' ? row.statementMs : null,
    stateMs: row.stateMs,
    lockWaitMs: row.lockWaitMs,
    connectedMs: row.connectedMs ?? 0,
    blockedBy: row.blockedBy,
    query: row.query ?? '',
  };
}
