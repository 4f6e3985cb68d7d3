import type { SessionRow } from '../../../observe/index.ts';

/** A session that waits, and how far it is from the root of its chain. */
export interface Waiter {
  readonly session: SessionRow;
  /** Steps to the root, along the queue where a session waits behind several. */
  readonly depth: number;
}

/** All sessions that wait, directly or not, for one that waits for nobody. */
export interface LockTree {
  /** Process id of the root; 0 stands for prepared transactions. */
  readonly rootPid: number;
  /** Null when it is a prepared transaction, or ended while the sessions were read. */
  readonly root: SessionRow | null;
  /** Whether the root itself waits in a circle, which PostgreSQL's deadlock detector is about to break. */
  readonly isCircular: boolean;
  /** Depth first, each session once. */
  readonly waiters: readonly Waiter[];
}

/** Arranges waiting sessions under those that hold them up. Own sessions of pgsteward are not counted as waiting. */
export function plantLockForest(sessions: readonly SessionRow[]): readonly LockTree[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const waiting = sessions.filter((session) => session.blockedBy.length > 0 && !session.isOwn);
  const waitersOf = new Map<number, SessionRow[]>();
  for (const session of waiting) {
    for (const pid of new Set(session.blockedBy)) {
      const list = waitersOf.get(pid);
      if (list === undefined) waitersOf.set(pid, [session]);
      else list.push(session);
    }
  }
  const waitingPids = new Set(waiting.map((session) => session.pid));
  const roots = [...waitersOf.keys()].filter((pid) => !waitingPids.has(pid));
  const reached = new Set<number>();
  const trees = roots.map((pid) => growTree(pid, byPid, waitersOf, reached));
  // Whoever hangs on no root waits in a circle, or behind one.
  const circles = waiting.flatMap(({ pid }) =>
    reached.has(pid) || !waitersOf.has(pid) ? [] : [growTree(pid, byPid, waitersOf, reached)],
  );
  return [...trees, ...circles];
}

function growTree(
  rootPid: number,
  byPid: ReadonlyMap<number, SessionRow>,
  waitersOf: ReadonlyMap<number, readonly SessionRow[]>,
  reached: Set<number>,
): LockTree {
  const waiters: Waiter[] = [];
  const seen = new Set([rootPid]);
  const open: Waiter[] = (waitersOf.get(rootPid) ?? []).map((session) => ({ session, depth: 1 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next.session.pid)) continue;
    seen.add(next.session.pid);
    waiters.push(next);
    for (const session of waitersOf.get(next.session.pid) ?? []) {
      if (!seen.has(session.pid)) open.push({ session, depth: next.depth + 1 });
    }
  }
  for (const pid of seen) reached.add(pid);
  const root = byPid.get(rootPid) ?? null;
  return { rootPid, root, isCircular: (root?.blockedBy.length ?? 0) > 0, waiters };
}
