import type { StatementRole, StatementTick, VerdictQuestion } from './types.ts';

/** What one statement did in a run of neighbouring ticks. */
export interface Batch {
  readonly calls: number;
  readonly totalMs: number;
  readonly squaresMs2: number;
  /** Shared blocks hit and read, temporary blocks read and written. */
  readonly blocks: number;
  readonly walBytes: number;
}

/** One statement before and after; batches of one side cover the same times for every statement. */
export interface BatchedStatement {
  readonly fingerprint: string;
  readonly role: StatementRole;
  readonly before: readonly Batch[];
  readonly after: readonly Batch[];
}

/** All statements, and how long each side was looked at; no batches on a side without ticks. */
export interface Batched {
  readonly statements: readonly BatchedStatement[];
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Enough for the spread to be known, few enough for what lasts longer than a tick to fall into one batch. */
const MOST_BATCHES = 16;

const EMPTY: Batch = { calls: 0, totalMs: 0, squaresMs2: 0, blocks: 0, walBytes: 0 };

interface TimedTick {
  readonly endMs: number;
  readonly tick: StatementTick;
}

interface Side {
  readonly beginMs: number;
  readonly endMs: number;
  readonly count: number;
}

/**
 * Cuts the ticks before and after an action into batches of neighbours. Calls within a minute share their fate, and
 * so do minutes: the spread between long batches knows, the spread between calls does not.
 * @param until ticks that end later are left out
 * @source W. Whitt and P. Glynn, "Estimating the asymptotic variance with batch means" (1991)
 */
export function batchStatements(question: VerdictQuestion, until: Date): Batched {
  const { tickMs } = question;
  const parted = question.statements.map((statement) => ({
    ...statement,
    ...part(statement.ticks, question, until),
  }));
  const before = sideOf(
    parted.map((statement) => statement.before),
    tickMs,
  );
  const after = sideOf(
    parted.map((statement) => statement.after),
    tickMs,
  );
  return {
    statements: parted.map((statement) => ({
      fingerprint: statement.fingerprint,
      role: statement.role,
      before: cut(statement.before, before),
      after: cut(statement.after, after),
    })),
    beforeMs: before.endMs - before.beginMs,
    afterMs: after.endMs - after.beginMs,
  };
}

/** Adds batches up. */
export function sumBatches(batches: readonly Batch[]): Batch {
  let { calls, totalMs, squaresMs2, blocks, walBytes } = EMPTY;
  for (const batch of batches) {
    calls += batch.calls;
    totalMs += batch.totalMs;
    squaresMs2 += batch.squaresMs2;
    blocks += batch.blocks;
    walBytes += batch.walBytes;
  }
  return { calls, totalMs, squaresMs2, blocks, walBytes };
}

/** Parts the ticks of one statement, each side in order of time. */
function part(
  ticks: readonly StatementTick[],
  { tickMs, begunAt, appliedAt }: VerdictQuestion,
  until: Date,
): { readonly before: readonly TimedTick[]; readonly after: readonly TimedTick[] } {
  const [begunMs, appliedMs, untilMs] = [begunAt.getTime(), appliedAt.getTime(), until.getTime()];
  const timed = ticks
    .map((tick) => ({ endMs: tick.at.getTime(), tick }))
    .toSorted((a, b) => a.endMs - b.endMs);
  return {
    before: timed.filter(({ endMs }) => endMs <= begunMs),
    after: timed.filter(({ endMs }) => endMs - tickMs >= appliedMs && endMs <= untilMs),
  };
}

function sideOf(statements: readonly (readonly TimedTick[])[], tickMs: number): Side {
  const first = statements.reduce(
    (least, ticks) => Math.min(least, ticks[0]?.endMs ?? least),
    Number.MAX_VALUE,
  );
  const endMs = statements.reduce((most, ticks) => Math.max(most, ticks.at(-1)?.endMs ?? most), 0);
  if (endMs === 0) return { beginMs: 0, endMs: 0, count: 0 };
  const beginMs = first - tickMs;
  return { beginMs, endMs, count: Math.min(MOST_BATCHES, Math.round((endMs - beginMs) / tickMs)) };
}

/** A tick belongs to the batch in which it ended. */
function cut(ticks: readonly TimedTick[], { beginMs, endMs, count }: Side): readonly Batch[] {
  const groups = Array.from({ length: count }, (): Batch[] => []);
  for (const { endMs: tickEndMs, tick } of ticks) {
    const place = Math.ceil(((tickEndMs - beginMs) / (endMs - beginMs)) * count) - 1;
    groups[Math.max(0, place)]?.push(batchOf(tick));
  }
  return groups.map(sumBatches);
}

function batchOf(tick: StatementTick): Batch {
  const { calls, totalMs, squaresMs2, walBytes } = tick;
  const blocks = tick.sharedBlocksHit + tick.sharedBlocksRead + tick.tempBlocksRead + tick.tempBlocksWritten;
  return { calls, totalMs, squaresMs2, blocks, walBytes };
}
