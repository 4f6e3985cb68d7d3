/** A session and whom it waits for. */
interface Waiting {
  readonly pid: number;
  readonly blockedBy: readonly number[];
}

/** A session that waits, and how far it is from the root of its chain. */
export interface Waiter<S> {
  readonly session: S;
  /** Steps to the root, along the queue where a session waits behind several. */
  readonly depth: number;
}

/** All sessions that wait, directly or not, for one that waits for nobody. */
export interface LockTree<S> {
  /** Process id of the root; 0 stands for prepared transactions. */
  readonly rootPid: number;
  /** Null when it is a prepared transaction, or ended while the sessions were read. */
  readonly root: S | null;
  /** Whether the root itself waits in a circle, which PostgreSQL's deadlock detector is about to break. */
  readonly isCircular: boolean;
  /** Depth first, each session once. */
  readonly waiters: readonly Waiter<S>[];
}

/**
 * Arranges waiting sessions under those that hold them up. In a queue each waits for all before it: it stands once, behind
 * the last of them.
 * @param isCounted which sessions count as waiting; all by default
 */
export function plantLockForest<S extends Waiting>(
  sessions: readonly S[],
  isCounted: (session: S) => boolean = () => true,
): readonly LockTree<S>[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const waiting = sessions.filter((session) => session.blockedBy.length > 0 && isCounted(session));
  const waitersOf = new Map<number, S[]>();
  // Those who come later in a queue wait for more: they stand before those who come earlier, which are taken first.
  for (const session of waiting.toSorted((a, b) => b.blockedBy.length - a.blockedBy.length)) {
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

function growTree<S extends Waiting>(
  rootPid: number,
  byPid: ReadonlyMap<number, S>,
  waitersOf: ReadonlyMap<number, readonly S[]>,
  reached: Set<number>,
): LockTree<S> {
  const waiters: Waiter<S>[] = [];
  const seen = new Set([rootPid]);
  const open: Waiter<S>[] = (waitersOf.get(rootPid) ?? []).map((session) => ({ session, depth: 1 }));
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
