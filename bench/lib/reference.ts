import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMarketResearch,
  type MarketResearchState,
  plantSessions,
  runWorkload,
} from '@pgsteward/market-research';
import pg from 'pg';

/** Longer than the lowered thresholds and than deadlock_timeout, after which the server logs a lock wait. */
const SESSION_AGE_MS = 2_500;

/** How much of the reference workload. */
export interface ReferenceOptions {
  readonly url: string;
  readonly scale: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Connects, runs, disconnects. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates the reference database with pg_stat_statements in it. */
export async function createReference(
  options: Omit<ReferenceOptions, 'seconds'>,
  state: MarketResearchState,
): Promise<void> {
  const { url, scale, seed } = options;
  await withClient(url, (client) => client.query('create extension if not exists pg_stat_statements'));
  await createMarketResearch({ url, scale, seed, state });
}

/** Runs the mix of a state with four sessions as fast as they can. */
export async function loadReference(
  { url, seconds, seed }: Omit<ReferenceOptions, 'scale'>,
  mix: MarketResearchState,
): Promise<void> {
  const { total, firstError } = await runWorkload({
    url,
    sessions: 4,
    durationMs: seconds * 1000,
    seed,
    mix,
  });
  if (total.errors > 0) throw new Error(`the workload failed ${total.errors} times: ${firstError}`);
}

/** Runs something while the three planted sessions misbehave, each for longer than its threshold. */
export async function withPlantedSessions<T>(url: string, work: () => Promise<T>): Promise<T> {
  const planted = await plantSessions(url);
  try {
    await sleep(SESSION_AGE_MS);
    return await work();
  } finally {
    await planted.close();
  }
}
