import { runTogether } from './processes.ts';
import { connect } from './redis-server.ts';

const PROCESSES = 8;
const CALLERS = 1_000;
const TIMEOUT_MS = 120_000;

/** What a stampede came to. */
export interface Stampede {
  /** Loads of all processes. */
  readonly loadsCount: number;
  /** The slowest caller. */
  readonly waitMs: number;
}

/** Lets 1,000 callers in 8 processes ask for one cold key at once; a load takes 50 ms. */
export async function measureStampede(url: string, whose: 'ours' | 'bentocache'): Promise<Stampede> {
  await connect(url).flushall();
  const results = await runTogether<{ readonly loads: number; readonly waitMs: number }>({
    script: 'stampede-process.mjs',
    args: [whose, url, String(CALLERS / PROCESSES)],
    count: PROCESSES,
    timeoutMs: TIMEOUT_MS,
  });
  return {
    loadsCount: results.reduce((sum, { loads }) => sum + loads, 0),
    waitMs: Math.max(...results.map(({ waitMs }) => waitMs)),
  };
}
