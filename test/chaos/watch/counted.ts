import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  startWatching,
  startWorkload,
  type TestDatabase,
  until,
  type Watching,
} from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';
/** Longer than two rounds, and than the store needs to take what they read. */
const ROUNDS_MS = 1_500;

/** A target under a workload whose every call is to be found in the history. */
export interface Counted {
  readonly watching: Watching;
  readonly state: () => string;
  /** Waits until the agent leads again and nothing waits to be stored. */
  settled(): Promise<unknown>;
  /** Ends workload and watch. Expects that each call was stored once, and that the target was seen all the time. */
  expectAll(): Promise<void>;
}

/** Watches a target from before its workload begins. */
export async function startCounted(target: TestDatabase, storeUrl: string): Promise<Counted> {
  const watching = await startWatching({ targetUrl: target.url, storeUrl });
  const calls = (): Promise<number> => watching.callsOf(STATEMENT);
  const state = (): string => watching.watcher.leadership.state;
  await until(async () => (await watching.totals('statement')).coveredMs > 0, 'a first reading');
  const workload = startWorkload(target, STATEMENT, 20);
  await until(async () => (await calls()) > 0, 'first calls');
  return {
    watching,
    state,
    settled: () =>
      until(() => state() === 'leading' && watching.watcher.outbox.waitingRows === 0, 'leading again'),
    async expectAll() {
      const runs = await workload.stop();
      await until(async () => (await calls()) >= runs, 'every call is stored');
      await sleep(ROUNDS_MS);
      expect(await calls()).toBe(runs);
      expect(watching.watcher.outbox.droppedRows).toBe(0);
      expect((await watching.totals('probe')).series[0]?.values['failed'] ?? 0).toBe(0);
      for (const kind of ['gap', 'restart']) expect(await watching.events(kind)).toEqual([]);
      await watching.close();
    },
  };
}
