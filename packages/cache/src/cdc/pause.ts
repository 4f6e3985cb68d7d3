import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, less where the signal fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
