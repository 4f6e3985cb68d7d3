import { createReference } from '../reference.ts';
import { withServer } from '../server.ts';
import { runTogether } from './processes.ts';
import { connect } from './redis-server.ts';

/** As many as the machine has cores: they share them with PostgreSQL and Redis. */
const PROCESSES = 2;
/** Requests that a process has open at once. */
const LANES = 8;
/** The mix before it is measured, so that each process holds what is asked for most. */
const SETTLE_MS = 10_000;
const SPARE_MS = 60_000;

/** How long the reference workload runs over how much data. */
export interface ReferenceLoad {
  readonly scale: number;
  /** At most: until everything was read once, as within an hour of this load. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What the mix came to. */
export interface MixFigures {
  readonly queriesPerSecond: number;
  /** Of the slower process. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Hits / reads, 0..1; NaN without a cache. */
  readonly hitRatio: number;
  /** Hits in the process / reads, 0..1; NaN without a cache. */
  readonly l1HitRatio: number;
}

/** The mix through the cache, and without one. */
export interface ReferenceFigures {
  readonly cached: MixFigures;
  readonly plain: MixFigures;
}

interface ProcessReport {
  readonly queriesPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly l1Hits: number;
  readonly l2Hits: number;
  readonly misses: number;
  readonly l2Errors: number;
}

/** Runs the reference workload's mix with 1 % writes in two processes: without a cache first, then through it. */
export async function measureReference(redisUrl: string, load: ReferenceLoad): Promise<ReferenceFigures> {
  return withServer({ shared_buffers: '1GB' }, async ({ url }) => {
    await createReference({ url, scale: load.scale, seed: 42 }, 'as-tuned');
    await connect(redisUrl).flushall();
    const run = async (isCached: boolean): Promise<MixFigures> => {
      const [warmUpMs, durationMs] = [load.warmUpSeconds * 1_000, load.seconds * 1_000];
      const shared = { isCached, redisUrl, databaseUrl: url, processes: PROCESSES, lanes: LANES };
      const options = {
        ...shared,
        warmUpMs,
        settleMs: SETTLE_MS,
        durationMs,
        volumes: volumesOf(load.scale),
      };
      const reports = await runTogether<ProcessReport>({
        script: 'reference-process.mjs',
        args: [JSON.stringify(options)],
        count: PROCESSES,
        timeoutMs: warmUpMs + SETTLE_MS + durationMs + SPARE_MS,
      });
      return figuresOf(reports);
    };
    return { plain: await run(false), cached: await run(true) };
  });
}

function figuresOf(reports: readonly ProcessReport[]): MixFigures {
  const sum = (field: keyof ProcessReport): number =>
    reports.reduce((total, report) => total + report[field], 0);
  const slowest = (field: keyof ProcessReport): number => Math.max(...reports.map((report) => report[field]));
  const readsCount = sum('l1Hits') + sum('l2Hits') + sum('misses');
  return {
    queriesPerSecond: sum('queriesPerSecond'),
    p50Ms: slowest('p50Ms'),
    p95Ms: slowest('p95Ms'),
    p99Ms: slowest('p99Ms'),
    hitRatio: 1 - sum('misses') / readsCount,
    l1HitRatio: sum('l1Hits') / readsCount,
  };
}

/** What the data of a scale offers to draw from, as the generator made it. */
function volumesOf(scale: number): Readonly<Record<'products' | 'queries' | 'users', number>> {
  const times = (count: number, least: number): number => Math.max(least, Math.round(count * scale));
  return {
    products: times(100_000, 1),
    queries: Math.min(50_000, times(50_000, 500)),
    users: times(20_000, 200),
  };
}
