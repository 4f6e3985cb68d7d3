import type { SessionSampleRow } from '../../catalog/index.ts';
import { formatDuration, plantLockForest } from '../../kernel/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { Fingerprints } from './fingerprints.ts';

/** Follows from sample to sample who holds others up, so that it can be told when nobody waits any more. */
export interface BlockingWatch {
  /** Takes a sample. @returns who held others up for long enough and does no more, or still does for the first time */
  see(rows: readonly SessionSampleRow[], at: Date): readonly StoredEvent[];
  forget(): void;
}

/** What a watch goes by. */
export interface BlockingOptions {
  readonly fingerprints: Pick<Fingerprints, 'ofSample' | 'textOf'>;
  /** Wait from which it is told, in milliseconds. */
  readonly tellFromMs: number;
}

interface Chain {
  readonly pid: number;
  /** The session that holds the others up; null for a prepared transaction or a background process. */
  readonly root: SessionSampleRow | null;
  readonly beganMs: number;
  readonly waiting: number;
  readonly longestMs: number;
  isTold: boolean;
}

/** After so much time it is told though it goes on. */
const GOES_ON_MS = 60_000;
const SHOWN_TEXT = 80;

/** Starts a watch that has seen nothing. */
export function createBlockingWatch({ fingerprints, tellFromMs }: BlockingOptions): BlockingWatch {
  let chains = new Map<number, Chain>();
  const eventOf = (chain: Chain, isOver: boolean): StoredEvent => ({
    at: new Date(chain.beganMs),
    kind: 'blocking',
    subject: chain.root === null ? `process ${chain.pid}` : chain.root.applicationName || `pid ${chain.pid}`,
    detail: { ...detailOf(chain, fingerprints), isOver },
  });
  return {
    forget() {
      chains = new Map();
    },
    see(rows, at) {
      const events: StoredEvent[] = [];
      const now = rootsOf(rows, at);
      for (const [pid, chain] of chains) {
        if (!now.has(pid) && chain.longestMs >= tellFromMs) events.push(eventOf(chain, true));
      }
      const next = new Map<number, Chain>();
      for (const [pid, seen] of now) {
        const chain = merge(chains.get(pid), seen);
        if (!chain.isTold && chain.longestMs >= GOES_ON_MS) {
          chain.isTold = true;
          events.push(eventOf(chain, false));
        }
        next.set(pid, chain);
      }
      chains = next;
      return events;
    },
  };
}

function merge(known: Chain | undefined, seen: Chain): Chain {
  if (known === undefined) return seen;
  return {
    ...known,
    // What it did while others waited for it says more than what it does last.
    root: known.root ?? seen.root,
    waiting: Math.max(known.waiting, seen.waiting),
    longestMs: Math.max(known.longestMs, seen.longestMs),
  };
}

/** Gives whom nobody holds up and others wait for, directly or behind one another. */
function rootsOf(rows: readonly SessionSampleRow[], at: Date): ReadonlyMap<number, Chain> {
  const sessions = rows.flatMap((row) =>
    row.pid === null ? [] : [{ pid: row.pid, blockedBy: row.blockedBy, row }],
  );
  const chains = plantLockForest(sessions)
    // One that waits itself is no root, even where nobody was asked whom it waits for.
    .filter(({ root }) => root?.row.waitEventType !== 'Lock')
    .map(({ rootPid, root, waiters }): Chain => {
      const longestMs = Math.max(...waiters.map(({ session }) => session.row.statementMs ?? 0));
      return {
        pid: rootPid,
        root: root?.row ?? null,
        beganMs: at.getTime() - longestMs,
        waiting: waiters.length,
        longestMs,
        isTold: false,
      };
    });
  return new Map(chains.map((chain) => [chain.pid, chain]));
}

function detailOf(
  { pid, root, waiting, longestMs }: Chain,
  fingerprints: BlockingOptions['fingerprints'],
): Readonly<Record<string, unknown>> {
  const sessions = waiting === 1 ? '1 session' : `${waiting} sessions`;
  const text = `held up ${sessions} for up to ${formatDuration(longestMs)}`;
  const facts = { pid, waiting, longestMs: Math.round(longestMs) };
  if (root === null) return { ...facts, text };
  const { user, applicationName, state } = root;
  const fingerprint = fingerprints.ofSample(root);
  const statement = fingerprints.textOf(fingerprint)?.replace(/\s+/g, ' ').slice(0, SHOWN_TEXT);
  return {
    ...facts,
    user,
    application: applicationName,
    state,
    fingerprint,
    text: `${text}; ${state}, pid ${pid}, user ${user}${statement === undefined ? '' : `, last ran ${statement}`}`,
  };
}
