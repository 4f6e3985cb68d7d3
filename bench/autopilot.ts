import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { recommendedServerSettings, type WorkloadResult } from '@pgsteward/market-research';
import {
  readActions,
  readLedger,
  type Service,
  settingDefinitions,
  startService,
} from '../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import { resolveSettings, type Settings } from '../packages/agent/src/settings/index.ts';
import { createPeerDatabases, type PeerDatabase } from './lib/autopilot/peer-databases.ts';
import { createReference, loadReference, withClient } from './lib/reference.ts';
import { type Bar, type BenchResult, median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const NAME = 'market-research';
const DRIVER = fileURLToPath(new URL('../examples/market-research/bin/market-research.js', import.meta.url));
const ROUND_MS = 20_000;
/** As fast as the database as found can go, and a little less. */
const RATE_PER_SECOND = 60;
const SESSIONS = 4;
const OPEN: ReadonlySet<string> = new Set(['proposed', 'approved', 'applying', 'verifying', 'reverting']);

/** What the spec promises. */
const GOALS = { productSearchP95Ms: 100, marketAnalysisP95Ms: 500, overallP95Ms: 200, indexScanRatio: 0.9 };

const BARS: readonly Bar[] = [
  { figure: 'metAfterMinutes', operator: '<=', limit: 20 },
  { figure: 'productSearchP95Ms', operator: '<', limit: GOALS.productSearchP95Ms },
  { figure: 'marketAnalysisP95Ms', operator: '<', limit: GOALS.marketAnalysisP95Ms },
  { figure: 'overallP95Ms', operator: '<', limit: GOALS.overallP95Ms },
  { figure: 'indexScanRatio', operator: '>', limit: GOALS.indexScanRatio },
  { figure: 'withoutVerdictCount', operator: '<=', limit: 0 },
];

/**
 * The reference workload as found, under a steady load, and a daemon that may act by itself: how long until the service
 * levels of the spec hold, and what was done. Everything is printed as a timeline. Beside it, in the same run and under the same
 * load, copies of the same data with the indexes that the published algorithms of Dexter and Postgres MCP Pro choose. Options:
 * `--minutes 20`, `--scale 0.2`, `--verify-seconds 120`, `--peer-rounds 3`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      minutes: { type: 'string', default: '20' },
      scale: { type: 'string', default: '0.2' },
      'verify-seconds': { type: 'string', default: '120' },
      'peer-rounds': { type: 'string', default: '3' },
    },
  });
  const server = { ...recommendedServerSettings['as-found'], shared_buffers: '512MB' };
  await withServer(server, async ({ url }) => {
    await createReference({ url, scale: Number(values.scale), seed: 42 }, 'as-found');
    await loadReference({ url, seconds: 15, seed: 42 }, 'as-found');
    const peers = await createPeerDatabases(url);
    const directory = mkdtempSync(join(tmpdir(), 'pgsteward-autopilot-'));
    // The embedded store may run under another account, which has to pass through.
    chmodSync(directory, 0o711);
    const settings = settingsOf(Number(values['verify-seconds']) * 1_000);
    const target = unwrap(parseTarget(url, {}, NAME));
    const before = await driveRound(url, 0);
    // As `serve` does.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const service = await startService({
      targets: [target],
      actingTargetOf: () => target,
      settings,
      environment: {},
      version: '0.0.0',
      storeDirectory: join(directory, 'history'),
      clock: systemClock,
      onProgress: silentProgress,
      log: ({ level, message }) => process.stderr.write(`${level} ${message}\n`),
      signal: new AbortController().signal,
    });
    try {
      const rounds = await watchRounds(url, service, Number(values.minutes) * 60_000);
      const own = await readOutcome({ service, before, rounds });
      printResult(
        { bench: 'autopilot', bars: BARS, ...own, peers: await drivePeers(before, peers, values) },
        args,
      );
    } finally {
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

/** The same load on each copy in turn, the daemon of the bench beside it as before. */
async function drivePeers(
  before: Stand,
  databases: readonly PeerDatabase[],
  options: { readonly 'peer-rounds': string },
): Promise<BenchResult['peers']> {
  const rounds = new Map<string, Stand[]>(databases.map(({ peer }) => [peer, []]));
  for (let round = 1; round <= Number(options['peer-rounds']); round += 1) {
    for (const { peer, url } of databases) rounds.get(peer)?.push(await driveRound(url, round));
  }
  const medians = databases.map(({ peer, indexes }) => [
    `${peer}: ${indexes.length} indexes`,
    levelsOf(rounds.get(peer) ?? []),
  ]);
  return { 'as found': levelsOf([before]), ...Object.fromEntries(medians) };
}

type Levels = Readonly<Record<keyof typeof GOALS, number>>;

/** Medians of rounds. */
function levelsOf(stands: readonly Stand[]): Levels {
  const middle = (read: (stand: Stand) => number): number => median(stands.map(read));
  return {
    productSearchP95Ms: middle((stand) => stand.productSearchP95Ms),
    marketAnalysisP95Ms: middle((stand) => stand.marketAnalysisP95Ms),
    overallP95Ms: middle((stand) => stand.overallP95Ms),
    indexScanRatio: middle((stand) => stand.indexScanRatio),
  };
}

function settingsOf(verifyMs: number): Settings {
  const given = {
    'act.policy.default': 'autopilot',
    'act.budget.actions-count': 100,
    'act.every-ms': 2_000,
    'act.verdict.verify-ms': verifyMs,
    'watch.counters-every-ms': 5_000,
    'watch.snapshot-every-ms': 60_000,
    'watch.budget-ratio': 0.05,
  };
  const flags = Object.entries(given).map(
    ([key, value]) => [key, { option: `--set ${key}`, value }] as const,
  );
  return unwrap(resolveSettings(settingDefinitions, { flags: new Map(flags) }));
}

/** Where the workload stood at one time. */
interface Stand {
  readonly atMs: number;
  readonly productSearchP95Ms: number;
  readonly marketAnalysisP95Ms: number;
  readonly overallP95Ms: number;
  readonly indexScanRatio: number;
  /** Middle latency by operation. */
  readonly p50Ms: ReadonlyMap<string, number>;
}

async function driveRound(url: string, round: number): Promise<Stand> {
  const scans = await readScans(url);
  const result = await drive(url, round);
  const now = await readScans(url);
  const index = now.index - scans.index;
  return {
    atMs: Date.now(),
    productSearchP95Ms: p95Of(result, 'product-search'),
    marketAnalysisP95Ms: Math.max(p95Of(result, 'market-analysis'), p95Of(result, 'market-metrics')),
    overallP95Ms: result.total.p95Ms,
    indexScanRatio: index / Math.max(1, index + now.sequential - scans.sequential),
    p50Ms: new Map(result.queries.map(({ name, p50Ms }) => [name, p50Ms])),
  };
}

/** In a process of its own, as applications are: what the daemon computes must not count as the database's latency. */
async function drive(url: string, round: number): Promise<WorkloadResult> {
  const running = promisify(execFile)(
    process.execPath,
    [
      ...[DRIVER, 'run', '--url', url, '--json', '--mix', 'as-found', '--seed', String(round + 1)],
      ...[
        '--sessions',
        String(SESSIONS),
        '--rate',
        String(RATE_PER_SECOND),
        '--seconds',
        String(ROUND_MS / 1_000),
      ],
    ],
    { maxBuffer: 16 * 1024 ** 2 },
  );
  setPriority(running.child.pid ?? 0, constants.priority.PRIORITY_NORMAL);
  return JSON.parse((await running).stdout);
}

function p95Of({ queries }: WorkloadResult, name: string): number {
  return queries.find((query) => query.name === name)?.p95Ms ?? 0;
}

/** Scans of tables that an index could serve: those of less than a megabyte are read whole by right. */
async function readScans(url: string): Promise<{ readonly index: number; readonly sequential: number }> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ index: number; sequential: number }>(
      `select sum(idx_scan)::float8 as index, sum(seq_scan)::float8 as sequential
      from pg_stat_user_tables s join pg_class c on c.oid = s.relid where c.relpages >= 128`,
    ),
  );
  return rows[0] ?? { index: 0, sequential: 0 };
}

async function watchRounds(url: string, service: Service, lengthMs: number): Promise<readonly Stand[]> {
  const rounds: Stand[] = [];
  const startMs = Date.now();
  for (let round = 1; Date.now() - startMs < lengthMs; round += 1) {
    const stand = await driveRound(url, round);
    rounds.push(stand);
    const { actions } = await readActions(service, NAME);
    const open = actions.filter(({ state }) => OPEN.has(state)).length;
    process.stderr.write(
      `${minutes(stand.atMs - startMs)} min: product search p95 ${ms(stand.productSearchP95Ms)}, market ${ms(stand.marketAnalysisP95Ms)}, all ${ms(stand.overallP95Ms)}, index scans ${Math.round(stand.indexScanRatio * 100)} %, ${actions.length - open} actions ended, ${open} open\n`,
    );
  }
  return rounds;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const minutes = (value: number): string => (value / 60_000).toFixed(1);

function isMet(stand: Stand): boolean {
  return (
    stand.productSearchP95Ms < GOALS.productSearchP95Ms &&
    stand.marketAnalysisP95Ms < GOALS.marketAnalysisP95Ms &&
    stand.overallP95Ms < GOALS.overallP95Ms &&
    stand.indexScanRatio > GOALS.indexScanRatio
  );
}

async function readOutcome(given: {
  readonly service: Service;
  readonly before: Stand;
  readonly rounds: readonly Stand[];
}): Promise<Pick<BenchResult, 'figures' | 'notes'>> {
  const { service, before, rounds } = given;
  const { actions } = await readActions(service, NAME);
  const ledger = await readLedger(service.store, { target: NAME });
  const judged = new Set(ledger.filter(({ event }) => event === 'verdict').map(({ action }) => action));
  const count = (state: string): number => actions.filter((action) => action.state === state).length;
  // Met for good: in each round from then on.
  const met = rounds[rounds.findLastIndex((stand) => !isMet(stand)) + 1];
  const last = rounds.slice(-3);
  return {
    figures: {
      metAfterMinutes: met === undefined ? Number.POSITIVE_INFINITY : (met.atMs - before.atMs) / 60_000,
      ...levelsOf(last),
      slowestOperationRatio: slowestRatio(before, last),
      keptCount: count('kept'),
      revertedCount: count('reverted'),
      failedCount: count('failed'),
      openCount: actions.filter(({ state }) => OPEN.has(state)).length,
      withoutVerdictCount: actions.filter(({ state, id }) => state === 'kept' && !judged.has(id)).length,
    },
    notes: ledger
      .toReversed()
      .map(
        ({ atMs, event, action, text }) => `${minutes(atMs - before.atMs)} min ${event} ${action}: ${text}`,
      ),
  };
}

/** The operation that became slowest against the database as found, by its middle latency. */
function slowestRatio(before: Stand, last: readonly Stand[]): number {
  const ratios = [...before.p50Ms].map(([name, found]) => {
    const now = last.flatMap(({ p50Ms }) => p50Ms.get(name) ?? []);
    return now.length === 0 ? 0 : median(now) / found;
  });
  return Math.max(...ratios);
}
