import type { Clock } from '../../kernel/index.ts';

/** How one collector has been doing. */
export interface CollectorStatus {
  readonly id: string;
  readonly everyMs: number;
  /** Time between two runs as the budget allows it now. */
  effectiveEveryMs: number;
  runs: number;
  failures: number;
  /** When it last succeeded; null before the first time. */
  succeededAt: Date | null;
  /** How long the last run took, in milliseconds. */
  tookMs: number;
  /** How late the last run began, in milliseconds. */
  lateMs: number;
  /** Why the last run failed or what it could not see; null when it was whole. */
  trouble: string | null;
}

/** Something that is run again and again. */
export interface Round {
  readonly id: string;
  readonly everyMs: number;
  /** Runs once. @returns what it could not see, null when it was whole */
  run(): Promise<string | null>;
  /** Time that it has kept the target busy so far, in milliseconds; its own time when left out. */
  busyMs?(): number;
}

/** What rounds are run with. */
export interface RoundOptions {
  readonly clock: Clock;
  readonly budgetRatio: number;
  readonly signal: AbortSignal;
  /** A number from 0 to 1, for the jitter that keeps agents from reading all at once. */
  readonly random: () => number;
}

/** Starts the status of a round that has not run yet. */
export function newStatus({ id, everyMs }: Pick<Round, 'id' | 'everyMs'>): CollectorStatus {
  return {
    id,
    everyMs,
    effectiveEveryMs: everyMs,
    runs: 0,
    failures: 0,
    succeededAt: null,
    tookMs: 0,
    lateMs: 0,
    trouble: null,
  };
}

/**
 * Runs a round until the signal fires. One that takes more than its share of the target's time is run less often.
 * @throws what the round throws
 */
export async function runRound(round: Round, status: CollectorStatus, options: RoundOptions): Promise<void> {
  const { clock, budgetRatio, signal, random } = options;
  const { everyMs } = round;
  let dueMs = clock.monotonicMs() + random() * Math.min(everyMs, 2_000);
  while (!signal.aborted) {
    await clock.sleep(Math.max(0, dueMs - clock.monotonicMs()), signal);
    if (signal.aborted) return;
    const beganMs = clock.monotonicMs();
    status.lateMs = Math.max(0, beganMs - dueMs);
    const busyBeforeMs = round.busyMs?.() ?? 0;
    status.runs += 1;
    try {
      status.trouble = await round.run();
      status.succeededAt = clock.now();
    } catch (error) {
      status.failures += 1;
      status.trouble = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      status.tookMs = clock.monotonicMs() - beganMs;
    }
    const busyMs = round.busyMs === undefined ? status.tookMs : round.busyMs() - busyBeforeMs;
    status.effectiveEveryMs = Math.max(everyMs, busyMs / budgetRatio);
    // Runs that were missed are not caught up with.
    const next = status.effectiveEveryMs > everyMs ? beganMs + status.effectiveEveryMs : dueMs + everyMs;
    dueMs = Math.max(next, clock.monotonicMs());
  }
}
