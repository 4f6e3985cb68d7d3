import { NONE, type Read, type Write } from './history.ts';

/** What a read may be refused for. */
export type ViolationKind =
  /** A commit that was visible `maxStalenessMs` before the read began is not in it. */
  | 'stale'
  /** A commit at or before `minLsn` is not in it. */
  | 'unread-write'
  /** It shows one tenant the row of another. */
  | 'crossed'
  /** It shows no row to the tenant whose row it is. */
  | 'missing'
  /** It shows a version that nobody had begun to write when it ended. */
  | 'invented';

/** A read that no correct cache gives. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly read: Read;
  /** The least version that it had to show; {@link NONE} where that is not what is wrong. */
  readonly leastVersion: number;
  /** For how long what was given had been outdated when the read began; 0 where that is not what is wrong. */
  readonly outdatedMs: number;
}

/** Judges reads by the history of commits. */
export interface Checker {
  /** @returns null for a read that holds all that was promised */
  check(read: Read): Violation | null;
  /** Tells the history of a violation, for a person. */
  describe(violation: Violation): string;
}

/** Commits of one row in their order: one writer made them, one after the other. */
interface RowHistory {
  readonly confirmed: Write[];
  readonly beganMs: Map<number, number>;
}

/**
 * Creates a checker. Commits whose confirmation never came need not show, and may.
 * @param tenantOf whose row it is
 */
export function createChecker(writes: readonly Write[], tenantOf: (row: number) => number): Checker {
  const rows = historyOf(writes);
  return {
    check: (read) => judge(read, rows.get(read.row) ?? EMPTY, tenantOf(read.row)),
    describe: (violation) => describeViolation(violation, rows.get(violation.read.row) ?? EMPTY),
  };
}

const EMPTY: RowHistory = { confirmed: [], beganMs: new Map() };

function historyOf(writes: readonly Write[]): ReadonlyMap<number, RowHistory> {
  const rows = new Map<number, RowHistory>();
  for (const write of writes.toSorted((one, other) => one.version - other.version)) {
    const row: RowHistory = rows.get(write.row) ?? { confirmed: [], beganMs: new Map() };
    rows.set(write.row, row);
    row.beganMs.set(write.version, write.beganMs);
    if (Number.isFinite(write.endedMs)) row.confirmed.push(write);
  }
  return rows;
}

function judge(read: Read, row: RowHistory, owner: number): Violation | null {
  const refuse = (kind: ViolationKind, leastVersion = NONE): Violation => {
    const next =
      leastVersion === NONE ? undefined : row.confirmed.find(({ version }) => version > read.version);
    return { kind, read, leastVersion, outdatedMs: read.beganMs - (next?.endedMs ?? read.beganMs) };
  };
  if (read.seenTenant !== NONE && read.seenTenant !== read.tenant) return refuse('crossed');
  if (read.tenant !== owner) return null;
  if (read.version === NONE) return refuse('missing');
  if (read.version > 0 && !((row.beganMs.get(read.version) ?? Number.POSITIVE_INFINITY) <= read.endedMs)) {
    return refuse('invented');
  }
  if (read.maxStalenessMs !== NONE) {
    const limitMs = read.beganMs - read.maxStalenessMs;
    const least = newest(row, ({ endedMs }) => endedMs <= limitMs);
    if (read.version < least) return refuse('stale', least);
  }
  if (read.minLsn !== NONE) {
    const least = newest(row, ({ lsn, endedMs }) => lsn <= read.minLsn && endedMs <= read.beganMs);
    if (read.version < least) return refuse('unread-write', least);
  }
  return null;
}

/** Gives the newest version for which something holds that holds for all before it. */
function newest({ confirmed }: RowHistory, holds: (write: Write) => boolean): number {
  let [low, high] = [0, confirmed.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const write = confirmed[middle];
    if (write !== undefined && holds(write)) low = middle + 1;
    else high = middle;
  }
  return confirmed[low - 1]?.version ?? 0;
}

function describeViolation({ kind, read, leastVersion }: Violation, { confirmed }: RowHistory): string {
  const toMs = (ms: number): string => `${(ms - read.beganMs).toFixed(1)} ms`;
  const near = confirmed.filter(
    ({ version }) => version >= read.version - 1 && version <= Math.max(leastVersion, read.version) + 1,
  );
  const bound = [
    ...(read.maxStalenessMs === NONE ? [] : [`maxStalenessMs ${read.maxStalenessMs}`]),
    ...(read.minLsn === NONE ? [] : [`minLsn ${read.minLsn}`]),
  ];
  return [
    `${kind}: tenant ${read.tenant} read row ${read.row} at ${read.beganMs.toFixed(1)} ms, took ${toMs(read.endedMs)},`,
    `  asked for ${bound.join(', ') || 'no bound'}, saw version ${read.version} of tenant ${read.seenTenant}, had to see ${leastVersion}`,
    ...near.map(
      ({ version, beganMs, endedMs, lsn }) =>
        `  version ${version} was written from ${toMs(beganMs)} to ${toMs(endedMs)}, LSN ${lsn}`,
    ),
  ].join('\n');
}
