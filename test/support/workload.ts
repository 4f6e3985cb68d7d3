import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from './database.ts';

/** A statement that is run again and again, and counted. */
export interface Workload {
  /** How often it has been run to its end. */
  readonly runs: number;
  /** Ends it, and gives how often it was run in all. */
  stop(): Promise<number>;
}

/** Runs a statement every so many milliseconds, one at a time. */
export function startWorkload(db: TestDatabase, sql: string, everyMs: number): Workload {
  let runs = 0;
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      await db.query(sql);
      runs += 1;
      await sleep(everyMs);
    }
  })();
  return {
    get runs() {
      return runs;
    },
    async stop() {
      isOver = true;
      await done;
      return runs;
    },
  };
}
