import type { Client } from 'pg';
import { plantDeadlock } from './deadlock.ts';
import { MarketResearchError } from './failure.ts';
import { generateTables } from './generate/rows.ts';
import { type LoadResult, loadTables } from './load.ts';
import type { ProgressListener } from './progress.ts';
import { withSession } from './session.ts';
import { runFile } from './statements.ts';

/** The two states of the database: with the planted faults, or with each of them remedied. */
export type MarketResearchState = 'as-found' | 'as-tuned';

/** What to create and where. */
export interface MarketResearchOptions {
  /** Connection string of an empty database; the role must be a superuser (it disables a constraint trigger). */
  readonly url: string;
  /** 1 = 100,000 products, 500,000 results, 1,000,000 searches, 100,000 analyses; default 0.1. */
  readonly scale?: number;
  /** The same seed, scale and `now` give the same rows; default 42. */
  readonly seed?: number;
  /** Default `as-found`. */
  readonly state?: MarketResearchState;
  /** End of the 24 months of history, UTC; default the start of the current day. */
  readonly now?: Date;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What was created. */
export interface MarketResearchResult extends LoadResult {
  readonly scale: number;
  readonly seed: number;
  readonly now: Date;
  readonly state: MarketResearchState;
  /** Schema, load and state together, ms. */
  readonly totalMs: number;
}

/** Options of {@link applyAsTuned}. */
export interface TuneOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Creates the market-research database: schema, deterministic data, then the state asked for. `as-tuned` plants
 * the faults first and remedies them, so that both states hold the same tables.
 * @throws MARKET_RESEARCH.INVALID_OPTION, MARKET_RESEARCH.NOT_EMPTY
 */
export async function createMarketResearch(options: MarketResearchOptions): Promise<MarketResearchResult> {
  const startedMs = performance.now();
  const { url, scale = 0.1, seed = 42, state = 'as-found', now = startOfDay(), signal } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const tables = generateTables({ scale, seed, now });
  const run = { url, onProgress, signal, settings: { 'market_research.now': now.toISOString() } };
  await withSession(url, {}, requireEmpty);
  await runFile({ ...run, name: 'schema.sql', task: 'creating tables' });
  const load = await loadTables(url, tables, onProgress, signal);
  await runFile({ ...run, name: 'as-found.sql', task: 'planting faults' });
  await plantDeadlock(url);
  if (state === 'as-tuned') await tune(url, onProgress, signal);
  return { ...load, scale, seed, now, state, totalMs: performance.now() - startedMs };
}

/** Remedies every planted fault of a database in the state *as found*: indexes, materialized view, repairs. */
export async function applyAsTuned(url: string, options: TuneOptions = {}): Promise<void> {
  await tune(url, options.onProgress ?? (() => undefined), options.signal);
}

async function tune(url: string, onProgress: ProgressListener, signal?: AbortSignal): Promise<void> {
  const settings = { statement_timeout: '0', maintenance_work_mem: '256MB' };
  await runFile({ url, name: 'as-tuned.sql', task: 'tuning', settings, onProgress, signal });
}

async function requireEmpty(client: Client): Promise<void> {
  const found = await client.query(`select to_regclass('public.products') is not null as exists`);
  if (found.rows[0]?.exists !== true) return;
  throw new MarketResearchError(
    'MARKET_RESEARCH.NOT_EMPTY',
    'the database already holds a table "products"',
    'create an empty database and pass its URL',
  );
}

function startOfDay(): Date {
  return new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
}
