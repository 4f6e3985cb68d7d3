import type { SampleBatch, SampleRow } from '../../../packages/agent/src/series/index.ts';

/** Sessions as the daemon samples them each second. */
export interface Activity {
  /** What was seen in a stretch of time up to an instant. */
  batches(atMs: number, coveredMs: number, isPiledUp: boolean): readonly SampleBatch[];
}

const DAY_MS = 86_400_000;
const MOST_KEYS = 150;
const APPLICATIONS = ['checkout', 'search', 'reports', 'import'];

/** Waits with how often a session is seen in each. */
const WAITS: readonly (readonly [string, string, number])[] = [
  ['CPU', 'CPU', 0.42],
  ['IO', 'DataFileRead', 0.2],
  ['Client', 'ClientRead', 0.08],
  ['IO', 'WALSync', 0.07],
  ['LWLock', 'WALWrite', 0.05],
  ['LWLock', 'BufferContent', 0.04],
  ['Lock', 'transactionid', 0.04],
  ['IO', 'DataFileExtend', 0.03],
  ['IPC', 'ParallelFinish', 0.03],
  ['Lock', 'tuple', 0.02],
  ['IO', 'BufFileRead', 0.01],
  ['Timeout', 'VacuumDelay', 0.01],
];

/** Starts a deterministic crowd of sessions: Zipf's law over statements, the day's rhythm. */
export function createActivity(statements: number): Activity {
  let state = 0x9e3779b9;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    batches(atMs, coveredMs, isPiledUp) {
      const samples = Math.round(coveredMs / 1_000);
      const level = 3 * (1 + 0.6 * Math.sin((2 * Math.PI * atMs) / DAY_MS)) + random();
      const rows = rowsOf(random, { statements, seen: Math.round(samples * level) });
      if (isPiledUp) rows.push({ key: keyOf('Lock', 'transactionid', 3), values: { samples: samples * 6 } });
      const active = Math.round(level + (isPiledUp ? 6 : 0));
      const stamp = { at: new Date(atMs), coveredMs };
      return [
        { ...stamp, kind: 'activity', rows },
        { ...stamp, kind: 'sampling', rows: [{ key: [], values: { samples, activeSessions: active + 2 } }] },
        { ...stamp, kind: 'sessions', rows: [{ key: [], values: sessionsOf(active, isPiledUp, random) }] },
      ];
    },
  };
}

function rowsOf(
  random: () => number,
  { statements, seen }: { readonly statements: number; readonly seen: number },
): SampleRow[] {
  const draws = Math.min(MOST_KEYS, seen);
  const counts = new Map<string, { readonly key: readonly string[]; samples: number }>();
  for (let draw = 0; draw < draws; draw += 1) {
    const rank = Math.min(statements - 1, Math.floor(statements ** random()) - 1);
    const key = keyOf(...waitOf(random()), rank);
    const known = counts.get(key.join());
    if (known === undefined) counts.set(key.join(), { key, samples: seen / draws });
    else known.samples += seen / draws;
  }
  return [...counts.values()].map(({ key, samples }) => ({ key, values: { samples: Math.round(samples) } }));
}

function waitOf(chance: number): [string, string] {
  let left = chance;
  for (const [type, event, share] of WAITS) {
    left -= share;
    if (left <= 0) return [type, event];
  }
  return ['CPU', 'CPU'];
}

function keyOf(type: string, event: string, rank: number): readonly string[] {
  const application = APPLICATIONS[rank % APPLICATIONS.length] ?? '';
  return [type, event, `statement-${rank}`, rank % 9 === 0 ? 'batch' : 'app', application, 'shop'];
}

function sessionsOf(active: number, isPiledUp: boolean, random: () => number): SampleRow['values'] {
  const idle = 60 + Math.round(10 * random());
  return {
    connections: active + idle + 1,
    active,
    idle,
    idleInTransaction: 1,
    waitingForLock: isPiledUp ? 6 : 0,
    maxConnections: 200,
    oldestTransactionMs: 400 + 3_000 * random(),
    oldestStatementMs: 300 + 2_000 * random(),
    oldestIdleInTransactionMs: 90 * random(),
    longestLockWaitMs: isPiledUp ? 60_000 : 20 * random(),
  };
}
