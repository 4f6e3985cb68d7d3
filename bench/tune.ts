import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { runWorkload } from '@pgsteward/market-research';
import { runTune, settingDefinitions } from '../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import type { TuneReport } from '../packages/agent/src/report/index.ts';
import { resolveSettings } from '../packages/agent/src/settings/index.ts';
import { pgtuneSettings } from './lib/pgtune.ts';
import { createReference, withClient } from './lib/reference.ts';
import { type Figures, median, printResult } from './lib/report.ts';
import { type BenchServer, type ServerSettings, withServer } from './lib/server.ts';

const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';
const CLIENTS = 4;
/** PostgreSQL as it comes, but for the extension; nothing is switched off that keeps data. */
const AS_IT_COMES: ServerSettings = { track_io_timing: 'on' };
const MACHINE = { memoryBytes: totalmem(), cpus: availableParallelism() };
const CONFIGURATIONS = ['default', 'pgsteward', 'pgtune'] as const;

type Configuration = (typeof CONFIGURATIONS)[number];

/** What one run measured, by name; the unit in the name. */
type Measures = Readonly<Record<string, number>>;

/** One workload: how its database is made, run while it is watched, and measured. */
interface Load {
  readonly name: string;
  /** Measures of which less is better. */
  readonly isLess: (measure: string) => boolean;
  create(url: string): Promise<void>;
  drive(url: string, seconds: number): Promise<void>;
  /** Fills the buffers, which is not what is measured. */
  warm(url: string, seconds: number): Promise<void>;
  measure(url: string, seconds: number): Promise<Measures>;
}

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly watchSeconds: number;
}

/**
 * pgbench (reading only, and its own mix) and the reference workload with PostgreSQL's defaults, with what `pgsteward tune`
 * recommends after having watched that workload, and with what pgtune recommends for the machine. Each workload on a
 * server of its own that keeps its data; the three configurations in turn in each round, each after a restart; the ratio to
 * the defaults of the same round, medians. Options: `--rounds 3`, `--seconds 12` of each run, `--watch-seconds 30`,
 * `--pgbench-scale 40`, `--scale 0.2` of the reference workload, `--only pgbench|reference`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '12' },
      'watch-seconds': { type: 'string', default: '30' },
      'pgbench-scale': { type: 'string', default: '40' },
      scale: { type: 'string', default: '0.2' },
      only: { type: 'string' },
    },
  });
  const loads = [pgbench(Number(values['pgbench-scale'])), reference(Number(values.scale))].filter(
    ({ name }) => values.only === undefined || values.only === name,
  );
  const options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    watchSeconds: Number(values['watch-seconds']),
  };
  const results: LoadResult[] = [];
  for (const load of loads) results.push(await compare(load, options));
  print(results, args);
}

function pgbench(scale: number): Load {
  const transactions = async (url: string, seconds: number, flags: readonly string[]): Promise<number> => {
    const words = ['-n', '-c', String(CLIENTS), '-j', '1', '-T', String(seconds), ...flags, url];
    const { stdout } = await promisify(execFile)(PGBENCH, words);
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? 0);
  };
  return {
    name: 'pgbench',
    isLess: isCost,
    async create(url) {
      await withClient(url, (client) => client.query('create extension if not exists pg_stat_statements'));
      await promisify(execFile)(PGBENCH, ['-i', '-q', '-s', String(scale), url]);
    },
    async drive(url, seconds) {
      await transactions(url, Math.ceil(seconds / 2), ['-S']);
      await transactions(url, Math.ceil(seconds / 2), []);
    },
    async warm(url, seconds) {
      await transactions(url, seconds, ['-S']);
    },
    async measure(url, seconds) {
      const selectTps = await transactions(url, seconds, ['-S']);
      return { selectTps, tpcbTps: await transactions(url, seconds, []) };
    },
  };
}

function reference(scale: number): Load {
  const drive = (url: string, seconds: number, seed: number): ReturnType<typeof runWorkload> =>
    runWorkload({ url, sessions: CLIENTS, durationMs: seconds * 1_000, seed, mix: 'as-tuned' });
  return {
    name: 'reference',
    isLess: (measure) => measure.endsWith('Ms') || isCost(measure),
    create: (url) => createReference({ url, scale, seed: 42 }, 'as-tuned'),
    async drive(url, seconds) {
      await drive(url, seconds, 43);
    },
    async warm(url, seconds) {
      await drive(url, seconds, 44);
    },
    async measure(url, seconds) {
      const { total, throughputPerSecond, firstError } = await drive(url, seconds, 45);
      if (total.errors > 0) throw new Error(`the workload failed ${total.errors} times: ${firstError}`);
      return { perSecond: throughputPerSecond, meanMs: total.meanMs, p95Ms: total.p95Ms };
    },
  };
}

interface LoadResult {
  readonly load: Load;
  readonly report: TuneReport;
  readonly settings: Readonly<Record<Configuration, ServerSettings>>;
  /** In the order of the rounds. */
  readonly rounds: readonly Readonly<Record<Configuration, Measures>>[];
}

function compare(load: Load, options: Options): Promise<LoadResult> {
  return withServer(
    AS_IT_COMES,
    async (server) => {
      await load.create(server.url);
      const report = await watch(load, server, options.watchSeconds);
      const settings = {
        default: AS_IT_COMES,
        pgsteward: { ...AS_IT_COMES, ...recommended(report) },
        pgtune: { ...AS_IT_COMES, ...pgtuneSettings(MACHINE, await compressionMethods(server.url)) },
      };
      const rounds: Record<Configuration, Measures>[] = [];
      for (let round = 0; round < options.rounds; round += 1) {
        const measures: Partial<Record<Configuration, Measures>> = {};
        // Another one comes first in each round.
        for (let place = 0; place < CONFIGURATIONS.length; place += 1) {
          const name = CONFIGURATIONS[(place + round) % CONFIGURATIONS.length] ?? 'default';
          await server.restart(settings[name]);
          await withClient(server.url, (client) => client.query('checkpoint'));
          await load.warm(server.url, Math.ceil(options.seconds / 2));
          measures[name] = await withCosts(server.url, () => load.measure(server.url, options.seconds));
        }
        rounds.push(measures as Record<Configuration, Measures>);
      }
      return { load, report, settings, rounds };
    },
    { isDurable: true },
  );
}

const isCost = (measure: string): boolean => measure.endsWith('PerTransaction');

/** Adds what a transaction costs beside its time: a machine that others share moves the times, and not these. */
async function withCosts(url: string, measure: () => Promise<Measures>): Promise<Measures> {
  const before = await readCosts(url);
  const measures = await measure();
  const after = await readCosts(url);
  const transactions = Math.max(1, after.transactions - before.transactions);
  return {
    ...measures,
    readBlocksPerTransaction: (after.readBlocks - before.readBlocks) / transactions,
    walBytesPerTransaction: (after.walBytes - before.walBytes) / transactions,
    tempBytesPerTransaction: (after.tempBytes - before.tempBytes) / transactions,
  };
}

async function readCosts(
  url: string,
): Promise<Readonly<Record<'transactions' | 'readBlocks' | 'walBytes' | 'tempBytes', number>>> {
  // What ended sessions counted has arrived by then.
  await sleep(1_500);
  const { rows } = await withClient(url, (client) =>
    client.query<Record<'transactions' | 'readBlocks' | 'walBytes' | 'tempBytes', number>>(
      `select xact_commit::float8 as transactions, blks_read::float8 as "readBlocks", temp_bytes::float8 as "tempBytes",
        wal_bytes::float8 as "walBytes"
      from pg_stat_database cross join pg_stat_wal where datname = current_database()`,
    ),
  );
  return rows[0] ?? { transactions: 0, readBlocks: 0, walBytes: 0, tempBytes: 0 };
}

/** Has pgsteward watch the workload, on counters that hold nothing else. */
async function watch(load: Load, { url }: BenchServer, seconds: number): Promise<TuneReport> {
  await withClient(url, async (client) => {
    await client.query('vacuum analyze');
    await client.query('select pg_stat_reset(), pg_stat_statements_reset()');
    for (const kind of ['wal', 'io', 'checkpointer', 'bgwriter'])
      await client.query(`select pg_stat_reset_shared('${kind}')`);
  });
  await load.drive(url, seconds);
  const given = {
    'target.memory-bytes': MACHINE.memoryBytes,
    'target.cpus': MACHINE.cpus,
    'target.storage': 'ssd',
    'advise.tune.observe-ms': (seconds / 3) * 1_000,
  };
  const flags = Object.entries(given).map(
    ([key, value]) => [key, { option: `--set ${key}`, value }] as const,
  );
  const [report] = await Promise.all([
    runTune(unwrap(parseTarget(url, {})), {
      settings: unwrap(resolveSettings(settingDefinitions, { flags: new Map(flags) })),
      store: null,
      clock: systemClock,
      onProgress: silentProgress,
    }),
    load.drive(url, seconds / 3),
  ]);
  return report;
}

function recommended({ recommendations }: TuneReport): ServerSettings {
  const settings = recommendations.filter(({ table }) => table === null);
  return Object.fromEntries(settings.map(({ setting, proposed }) => [setting, proposed]));
}

async function compressionMethods(url: string): Promise<readonly string[]> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ methods: readonly string[] }>(
      `select enumvals as methods from pg_settings where name = 'wal_compression'`,
    ),
  );
  return rows[0]?.methods ?? [];
}

/** Two costs of nothing are the same cost. */
function ratioOf(better: number, worse: number): number {
  return better === worse ? 1 : better / Math.max(worse, 1e-6);
}

function print(results: readonly LoadResult[], args: readonly string[]): void {
  const figures: Record<string, number> = {};
  const peers: Record<string, Figures> = {};
  for (const { load, rounds } of results) {
    for (const measure of Object.keys(rounds[0]?.default ?? {})) {
      const of = (round: (typeof rounds)[number], name: Configuration): number =>
        round[name][measure] ?? Number.NaN;
      for (const name of CONFIGURATIONS) {
        peers[name] = {
          ...peers[name],
          [`${load.name}.${measure}`]: median(rounds.map((one) => of(one, name))),
        };
      }
      // Above 1 is better, whichever way the measure goes.
      const gain = (name: Configuration, other: Configuration): number =>
        median(
          rounds.map((one) =>
            load.isLess(measure)
              ? ratioOf(of(one, other), of(one, name))
              : ratioOf(of(one, name), of(one, other)),
          ),
        );
      const label = `${load.name}${measure.charAt(0).toUpperCase()}${measure.slice(1).replace(/(Ms|Tps)$/, '')}`;
      figures[`${label}GainRatio`] = gain('pgsteward', 'default');
      figures[`${label}PgtuneGainRatio`] = gain('pgtune', 'default');
      figures[`${label}AgainstPgtuneRatio`] = gain('pgsteward', 'pgtune');
    }
  }
  const bars = Object.keys(figures)
    .filter((name) => /(Select|Tpcb|PerSecond|P95)GainRatio$/.test(name))
    .map((figure) => ({ figure, operator: '>=', limit: 0.95 }) as const);
  printResult({ bench: 'tune', figures, peers, bars, notes: results.flatMap(notesOf) }, args);
}

/** What was measured in one round, so that noise can be seen for what it is. */
function shown(round: LoadResult['rounds'][number]): ServerSettings {
  return Object.fromEntries(
    CONFIGURATIONS.map((name) => [
      name,
      Object.values(round[name])
        .map((value) => value.toFixed(1))
        .join(' '),
    ]),
  );
}

function notesOf({ load, report, settings, rounds }: LoadResult): readonly string[] {
  const written = (values: ServerSettings): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return [
    `${load.name}: pgsteward recommends`,
    ...report.recommendations.map(
      ({ setting, current, proposed, basis, why }) =>
        `  ${setting} ${current} → ${proposed} (${basis}): ${why}`,
    ),
    ...report.unavailable
      .filter(({ id }) => id.startsWith('tune/'))
      .map(({ id, reason }) => `  ${id}: ${reason}`),
    `${load.name}: pgtune recommends ${written(settings.pgtune)}`,
    ...rounds.map((round, index) => `${load.name}: round ${index + 1} ${written(shown(round))}`),
  ];
}
