import { parseArgs } from 'node:util';
import { type HitCosts, measureHits } from './lib/cache/hits.ts';
import { measureInvalidation } from './lib/cache/invalidation.ts';
import type { Cost } from './lib/cache/measure.ts';
import { withRedis } from './lib/cache/redis-server.ts';
import { type MixFigures, measureReference } from './lib/cache/reference.ts';
import { measureStampede } from './lib/cache/stampede.ts';
import { type BenchResult, printResult } from './lib/report.ts';

type PeerFigures = Record<string, Record<string, number | string>>;
type Part = Omit<BenchResult, 'bench'>;

const OURS = '@pgsteward/cache';
const RAW = 'ioredis GET';

const OPTIONS = {
  json: { type: 'boolean' },
  parts: { type: 'string', default: 'hits,stampede,invalidation,reference' },
  rounds: { type: 'string', default: '9' },
  keys: { type: 'string', default: '1000000' },
  scale: { type: 'string', default: '0.2' },
  'warm-up': { type: 'string', default: '180' },
  seconds: { type: 'string', default: '30' },
} as const;

/** Numbers by option. */
type Numbers = Readonly<Record<'rounds' | 'keys' | 'scale' | 'warm-up' | 'seconds', number>>;

const PARTS: Readonly<Record<string, (url: string, numbers: Numbers) => Promise<Part>>> = {
  hits: runHits,
  stampede: runStampede,
  invalidation: runInvalidation,
  reference: runReference,
};

/**
 * What the cache costs, beside bentocache, cache-manager, cacheable, raw ioredis and raw lru-cache in the same run: a hit
 * in the process and in Redis, a cold key under 1,000 callers in 8 processes, one user of a million keys invalidated while
 * another client asks; and the reference workload through it, beside the same without a cache. Options:
 * `--parts hits,stampede,invalidation,reference`, `--rounds 9` of hits, `--keys 1000000`, and of the workload `--scale 0.2`,
 * `--warm-up 180`, `--seconds 30`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const numbers: Numbers = {
    rounds: Number(values.rounds),
    keys: Number(values.keys),
    scale: Number(values.scale),
    'warm-up': Number(values['warm-up']),
    seconds: Number(values.seconds),
  };
  const wanted = values.parts.split(',').map((name) => PARTS[name] ?? unknownPart(name));
  const parts: Part[] = [];
  // A Redis of its own for each: what one part leaves behind is not in the way of the next.
  for (const part of wanted) await withRedis(async (url) => void parts.push(await part(url, numbers)));
  printResult(
    {
      bench: 'cache',
      figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
      peers: mergePeers(parts),
      bars: parts.flatMap(({ bars }) => bars),
      notes: parts.flatMap(({ notes = [] }) => notes),
    },
    args,
  );
}

async function runHits(url: string, { rounds }: Numbers): Promise<Part> {
  const hits = await measureHits(url, rounds);
  return {
    figures: hitFigures(hits),
    peers: peerFigures(hits),
    bars: [
      { figure: 'l1HitCpuUs', operator: '<=', limit: 0.5 },
      { figure: 'l2SerialToRawGetRatio', operator: '<=', limit: 1.5 },
      { figure: 'l2InFlightToRawGetRatio', operator: '<=', limit: 1.5 },
    ],
    notes: [
      'L2: two tags checked with each read, values parsed; the ratio is of time, CPU beside it; raw GET checks nothing.',
    ],
  };
}

async function runStampede(url: string): Promise<Part> {
  const ours = await measureStampede(url, 'ours');
  const bento = await measureStampede(url, 'bentocache');
  return {
    figures: { coldKeyLoadsCount: ours.loadsCount, coldKeySlowestMs: ours.waitMs },
    peers: { bentocache: { coldKeyLoadsCount: bento.loadsCount, coldKeySlowestMs: round(bento.waitMs) } },
    bars: [{ figure: 'coldKeyLoadsCount', operator: '<=', limit: 1 }],
  };
}

async function runInvalidation(url: string, { keys }: Numbers): Promise<Part> {
  const { ours, quietStallMs, scanUnlink, keysDel } = await measureInvalidation(url, keys);
  return {
    figures: {
      invalidateUserMs: ours.tookMs,
      invalidateUserOtherStallMs: ours.otherStallMs,
      quietOtherStallMs: quietStallMs,
    },
    peers: { 'SCAN + UNLINK': rounded(scanUnlink), 'KEYS + DEL': rounded(keysDel) },
    bars: [
      { figure: 'invalidateUserMs', operator: '<', limit: 2 },
      { figure: 'invalidateUserOtherStallMs', operator: '<', limit: 2 },
    ],
    notes: [`Invalidation: median of 50, among ${keys} keys of one user.`],
  };
}

async function runReference(url: string, numbers: Numbers): Promise<Part> {
  const { scale, seconds, 'warm-up': warmUpSeconds } = numbers;
  const { cached, plain } = await measureReference(url, { scale, seconds, warmUpSeconds });
  return {
    figures: {
      referenceHitRatio: cached.hitRatio,
      referenceL1HitRatio: cached.l1HitRatio,
      ...latencyFigures(cached),
    },
    peers: { 'no cache, materialized view': mapValues(latencyFigures(plain), round) },
    bars: [
      { figure: 'referenceHitRatio', operator: '>', limit: 0.95 },
      { figure: 'referenceQueriesPerSecond', operator: '>=', limit: 10_000 },
      { figure: 'referenceP95Ms', operator: '<', limit: 5 },
    ],
    notes: [
      `Reference workload: scale ${scale}, as tuned, 1 % writes, 2 processes of 8 callers; everything read once before, within ${warmUpSeconds} s.`,
    ],
  };
}

function latencyFigures({ queriesPerSecond, p50Ms, p95Ms, p99Ms }: MixFigures): Record<string, number> {
  return {
    referenceQueriesPerSecond: queriesPerSecond,
    referenceP50Ms: p50Ms,
    referenceP95Ms: p95Ms,
    referenceP99Ms: p99Ms,
  };
}

function mapValues<T>(
  values: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function mergePeers(parts: readonly Part[]): PeerFigures {
  const peers: PeerFigures = {};
  for (const part of parts) {
    for (const [name, figures] of Object.entries(part.peers)) peers[name] = { ...peers[name], ...figures };
  }
  return peers;
}

function unknownPart(name: string): never {
  throw new Error(`no part "${name}": ${Object.keys(PARTS).join(', ')}`);
}

function hitFigures({ l1, serial, inFlight }: HitCosts): Record<string, number> {
  const ratio = (costs: ReadonlyMap<string, Cost>, unit: keyof Cost): number =>
    cost(costs, OURS)[unit] / cost(costs, RAW)[unit];
  return {
    l1HitCpuUs: cost(l1, OURS).cpuUs,
    l1PeekCpuUs: cost(l1, `${OURS}, peek`).cpuUs,
    l2SerialUs: cost(serial, OURS).wallUs,
    l2SerialToRawGetRatio: ratio(serial, 'wallUs'),
    l2SerialToRawGetCpuRatio: ratio(serial, 'cpuUs'),
    l2InFlightUs: cost(inFlight, OURS).wallUs,
    l2InFlightToRawGetRatio: ratio(inFlight, 'wallUs'),
    l2InFlightToRawGetCpuRatio: ratio(inFlight, 'cpuUs'),
  };
}

function peerFigures({ l1, serial, inFlight }: HitCosts): PeerFigures {
  const peers: PeerFigures = {};
  const add = (costs: ReadonlyMap<string, Cost>, figure: string, unit: keyof Cost): void => {
    for (const [name, measured] of costs) {
      if (name.startsWith(OURS)) continue;
      peers[name] = { ...peers[name], [figure]: round(measured[unit]) };
    }
  };
  add(l1, 'l1HitCpuUs', 'cpuUs');
  add(serial, 'l2SerialUs', 'wallUs');
  add(inFlight, 'l2InFlightUs', 'wallUs');
  add(inFlight, 'l2InFlightCpuUs', 'cpuUs');
  return peers;
}

function cost(costs: ReadonlyMap<string, Cost>, name: string): Cost {
  return costs.get(name) ?? { cpuUs: Number.NaN, wallUs: Number.NaN };
}

function rounded({ tookMs, otherStallMs }: { readonly tookMs: number; readonly otherStallMs: number }): {
  readonly invalidateUserMs: number;
  readonly invalidateUserOtherStallMs: number;
} {
  return { invalidateUserMs: round(tookMs), invalidateUserOtherStallMs: round(otherStallMs) };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
