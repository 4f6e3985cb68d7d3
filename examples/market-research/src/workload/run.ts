import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { MarketResearchError } from '../failure.ts';
import { createRandom } from '../generate/random.ts';
import { volumesOf } from '../generate/volumes.ts';
import type { ProgressListener } from '../progress.ts';
import { cancelOnAbort, openSession } from '../session.ts';
import { mixes, type PlannedOperation, planOperations, type WorkloadMix } from './mix.ts';
import type { BoundStatement, DataShape } from './operation.ts';
import { createRecorder, type Recorder, type WorkloadResult } from './result.ts';

/** How to load the database. */
export interface WorkloadOptions {
  readonly url: string;
  /** Sessions at once, 1 to 500; default 8. */
  readonly sessions?: number;
  /**
   * Operations per second, arriving at random (Poisson) whether or not earlier ones are done, so that a slow
   * server cannot hide its queue; null or none: each session starts the next as soon as it can.
   */
  readonly ratePerSecond?: number | null;
  readonly durationMs: number;
  /** The same seed gives the same sequence of operations and parameters; default 1. */
  readonly seed?: number;
  /** Default `as-found`. */
  readonly mix?: 'as-found' | 'as-tuned' | WorkloadMix;
  /** Names the statements, so that the server keeps their plans; default false. */
  readonly prepared?: boolean;
  /** Ends the run early; what was measured until then is returned. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

interface Run {
  readonly plan: (index: number) => PlannedOperation;
  /** Moment at which an operation is due, ms of `performance.now()`; null: at once. */
  readonly dueMs: (index: number) => number | null;
  readonly takeIndex: () => number;
  readonly endMs: number;
  readonly recorder: Recorder;
  readonly prepared: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs the mixed workload. Latency is counted from the moment at which an operation was due, so waiting for
 * a free session is part of it; operations due but not begun at the end are not run and not counted.
 * @throws MARKET_RESEARCH.INVALID_OPTION, MARKET_RESEARCH.NO_DATA
 */
export async function runWorkload(options: WorkloadOptions): Promise<WorkloadResult> {
  const { sessions = 8, durationMs, seed = 1, mix = 'as-found', signal } = options;
  requireRange('sessions', sessions, 1, 500);
  requireRange('durationMs', durationMs, 1, 30 * 86_400_000);
  const rate = options.ratePerSecond ?? null;
  if (rate !== null) requireRange('ratePerSecond', rate, 0.001, 100_000);
  const recorder = createRecorder();
  const clients: Client[] = [];
  try {
    for (let index = 0; index < sessions; index += 1) clients.push(await openSession(options.url));
    const [first] = clients;
    const shape = await readShape(first);
    const plan = planOperations(typeof mix === 'string' ? mixes[mix] : mix, shape, seed);
    const stopWatching = await cancelOnAbort(options.url, clients, signal);
    let next = 0;
    const startedAt = new Date();
    const startMs = performance.now();
    const run: Run = {
      plan,
      dueMs: rate === null ? () => null : arrivals(startMs, rate, seed),
      takeIndex: () => next++,
      endMs: startMs + durationMs,
      recorder,
      prepared: options.prepared ?? false,
      signal,
    };
    const stopReporting = report(run, startMs, durationMs, options.onProgress);
    await Promise.all(clients.map((client) => work(client, run))).finally(stopReporting);
    stopWatching();
    return recorder.result(startedAt, performance.now() - startMs);
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}

async function work(client: Client, run: Run): Promise<void> {
  for (;;) {
    const index = run.takeIndex();
    const dueMs = run.dueMs(index);
    if (dueMs !== null && dueMs < run.endMs) await waitUntil(dueMs, run.signal);
    const startMs = performance.now();
    if (isStopped(run.signal) || Math.max(startMs, dueMs ?? startMs) >= run.endMs) return;
    const isAlive = await runOperation(client, run, index, dueMs ?? startMs);
    if (!isAlive) return;
  }
}

/** Runs one operation and records it; gives whether the session can go on. */
async function runOperation(client: Client, run: Run, index: number, beganMs: number): Promise<boolean> {
  const operation = run.plan(index);
  try {
    for (const statement of operation.statements) await execute(client, statement, run.prepared);
    run.recorder.record(operation.name, performance.now() - beganMs);
    return true;
  } catch (error) {
    if (isStopped(run.signal)) return false;
    run.recorder.recordError(operation.name, error);
    // A lost connection fails here as well, and ends this session's part of the work.
    return client.query('rollback').then(
      () => true,
      () => false,
    );
  }
}

async function execute(client: Client, statement: BoundStatement, isPrepared: boolean): Promise<void> {
  const { text, values = [] } = statement;
  if (!isPrepared || values.length === 0) await client.query({ text, values: [...values] });
  else await client.query({ name: statementName(text), text, values: [...values] });
}

const names = new Map<string, string>();

function statementName(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `market_research_${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** Timers fire a millisecond or more late, so the last part of a wait yields to the event loop instead. */
async function waitUntil(dueMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = dueMs - performance.now() - 1;
  if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  while (performance.now() < dueMs && !isStopped(signal)) await setImmediate();
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Poisson arrivals; indexes are asked for in ascending order. */
function arrivals(startMs: number, ratePerSecond: number, seed: number): (index: number) => number {
  const random = createRandom(seed, 2_003);
  let at = startMs;
  return () => {
    at += (-Math.log(1 - random()) * 1000) / ratePerSecond;
    return at;
  };
}

function report(
  run: Run,
  startMs: number,
  durationMs: number,
  onProgress: ProgressListener | undefined,
): () => void {
  if (onProgress === undefined) return () => undefined;
  const timer = setInterval(() => {
    const elapsedMs = Math.min(durationMs, performance.now() - startMs);
    const rate = Math.round((run.recorder.calls() * 1000) / Math.max(1, elapsedMs));
    const task = `running the workload, ${rate} operations/s`;
    onProgress({ task, done: Math.round(elapsedMs / 1000), total: Math.round(durationMs / 1000), unit: 's' });
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}

async function readShape(client: Client | undefined): Promise<DataShape> {
  const found = await client
    ?.query('select coalesce(max(id), 0)::integer as products from products')
    .catch(() => null);
  const products: unknown = found?.rows[0]?.products;
  if (typeof products !== 'number' || products === 0) {
    throw new MarketResearchError(
      'MARKET_RESEARCH.NO_DATA',
      'the database holds no products',
      'load it first: `market-research load --url URL`',
    );
  }
  return volumesOf(products / 100_000);
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new MarketResearchError(
    'MARKET_RESEARCH.INVALID_OPTION',
    `${name} ${value} is not between ${least} and ${most}`,
    `pass a ${name} within these bounds`,
  );
}
