import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Under load many transactions share a round, which asks PostgreSQL and Redis once each: what it takes from those who
 * write is bounded by its share of the time. The busier the machine, the longer a round takes and the more share the next
 * one.
 */
const ROUNDS_RATIO = 0.1;
const MOST_APART_MS = 100;

/** Gives how long after its begin the next round may begin, in milliseconds. @param roundMs how long it took */
export function roundsApartMs(roundMs: number, leastMs: number): number {
  return Math.max(leastMs, Math.min(MOST_APART_MS, roundMs / ROUNDS_RATIO));
}

/** Waits, less where the signal fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
