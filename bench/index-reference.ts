import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { recommendedServerSettings, runWorkload, type WorkloadResult } from '@pgsteward/market-research';
import { runIndexes, settingDefinitions } from '../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import type { IndexReport } from '../packages/agent/src/report/index.ts';
import { resolveSettings } from '../packages/agent/src/settings/index.ts';
import { createReference, loadReference, withClient } from './lib/reference.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

/** Sets of indexes that are measured beside each other: none further, the expert's, pgsteward's. */
const SETS = ['found', 'expert', 'advised'] as const;

type IndexSet = (typeof SETS)[number];

const EXPERT_FILE = new URL('../examples/market-research/sql/as-tuned.sql', import.meta.url);

/** Where the expert's indexes stand in the file. */
const EXPERT_SECTION = /-- Indexes for the queries[\s\S]*?(?=-- Market metrics)/;

/**
 * The reference workload as found: the indexes that pgsteward proposes from pg_stat_statements, within the bytes of the expert's
 * set, against that set and against none, each on a copy of its own of the same database, driven in turn by the same load. Only
 * indexes are changed: neither the matview nor the repairs of the expert. Options: `--scale 0.2`, `--seconds 10` of each run,
 * `--rounds 3`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      scale: { type: 'string', default: '0.2' },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const settings = { ...recommendedServerSettings['as-found'], shared_buffers: '512MB' };
  await withServer(settings, async ({ url }) => {
    await createReference({ url, scale: Number(values.scale), seed: 42 }, 'as-found');
    await loadReference({ url, seconds: 20, seed: 42 }, 'as-found');
    const plain = await indexBytes(url);
    const expert = await copyOf(url, 'expert', expertStatements());
    const expertBytes = (await indexBytes(expert)) - plain;
    // The application runs on while it is advised, as it would.
    const [report] = await Promise.all([
      advise(url, Math.max(1, expertBytes)),
      loadReference({ url, seconds: 15, seed: 43 }, 'as-found'),
    ]);
    const found = await copyOf(url, 'found', []);
    const advised = await copyOf(
      url,
      'advised',
      report.proposals
        .filter(({ kind }) => kind === 'create-index' || kind === 'drop-index')
        .flatMap((proposal) => proposal.do),
    );
    const runs = await drive({ found, expert, advised }, Number(values.rounds), Number(values.seconds));
    const advisedBytes = (await indexBytes(advised)) - plain;
    print({ runs, expertBytes, advisedBytes, report }, args);
  });
}

/** The expert's statements on indexes, one by one. */
function expertStatements(): readonly string[] {
  const section = EXPERT_SECTION.exec(readFileSync(EXPERT_FILE, 'utf8'))?.[0] ?? '';
  return section.split('\n').filter((line) => /^(create|drop) index/.test(line));
}

/** Copies the database and changes its indexes. */
async function copyOf(url: string, name: string, statements: readonly string[]): Promise<string> {
  const own = new URL(url);
  const source = own.pathname.slice(1);
  const admin = new URL(url);
  admin.pathname = '/postgres';
  await withClient(admin.href, (client) => client.query(`create database "${name}" template "${source}"`));
  own.pathname = `/${name}`;
  await withClient(own.href, async (client) => {
    for (const sql of statements) await client.query(sql);
    await client.query('vacuum analyze');
  });
  return own.href;
}

async function indexBytes(url: string): Promise<number> {
  const sql = `select sum(pg_relation_size(indexrelid))::float8 as bytes from pg_stat_user_indexes`;
  return withClient(url, async (client) => (await client.query<{ bytes: number }>(sql)).rows[0]?.bytes ?? 0);
}

async function advise(url: string, budgetBytes: number): Promise<IndexReport> {
  const settings = unwrap(
    resolveSettings(settingDefinitions, {
      flags: new Map([
        ['advise.indexes.storage-budget-bytes', { option: '--budget', value: String(budgetBytes) }],
      ]),
    }),
  );
  return runIndexes(
    { target: unwrap(parseTarget(url, {})) },
    {
      settings,
      provider: 'shadow',
      statementFiles: [],
      isFromFilesOnly: false,
      clock: systemClock,
      onProgress: silentProgress,
    },
  );
}

/** Drives each set in turn, so that what disturbs the machine disturbs all of them. */
async function drive(
  urls: Readonly<Record<IndexSet, string>>,
  rounds: number,
  seconds: number,
): Promise<Readonly<Record<IndexSet, readonly WorkloadResult[]>>> {
  const runs: Record<IndexSet, WorkloadResult[]> = { found: [], expert: [], advised: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const set of SETS) {
      const options = { url: urls[set], sessions: 4, durationMs: seconds * 1000, seed: 7 + round };
      runs[set].push(await runWorkload({ ...options, mix: 'as-found' }));
    }
  }
  return runs;
}

interface Measured {
  readonly runs: Readonly<Record<IndexSet, readonly WorkloadResult[]>>;
  readonly expertBytes: number;
  readonly advisedBytes: number;
  readonly report: IndexReport;
}

function print({ runs, expertBytes, advisedBytes, report }: Measured, args: readonly string[]): void {
  const p95 = (set: IndexSet, name: string): number =>
    median(runs[set].map(({ queries }) => queries.find((one) => one.name === name)?.p95Ms ?? 0));
  const of = (set: IndexSet, pick: (one: WorkloadResult) => number): number => median(runs[set].map(pick));
  const figuresOf = (set: IndexSet): readonly (readonly [string, number])[] => [
    [`${set}ProductSearchP95Ms`, p95(set, 'product-search')],
    [`${set}MarketAnalysisP95Ms`, p95(set, 'market-analysis')],
    [`${set}P95Ms`, of(set, (one) => one.total.p95Ms)],
    [`${set}MeanMs`, of(set, (one) => one.total.meanMs)],
    [`${set}OperationsPerSecond`, of(set, (one) => one.throughputPerSecond)],
  ];
  printResult(
    {
      bench: 'index-reference',
      figures: {
        ...Object.fromEntries(SETS.flatMap(figuresOf)),
        expertBytes,
        advisedBytes,
        advisedIndexes: report.advice.indexes.length,
        adviceSeconds: report.durationMs / 1000,
        advisedToExpertMeanRatio:
          of('advised', (one) => one.total.meanMs) / of('expert', (one) => one.total.meanMs),
        advisedToExpertBytesRatio: advisedBytes / expertBytes,
      },
      peers: {},
      bars: [
        { figure: 'advisedProductSearchP95Ms', limit: 100, operator: '<=' },
        { figure: 'advisedMarketAnalysisP95Ms', limit: 500, operator: '<=' },
        { figure: 'advisedP95Ms', limit: 200, operator: '<=' },
        { figure: 'advisedToExpertMeanRatio', limit: 1, operator: '<=' },
        { figure: 'advisedToExpertBytesRatio', limit: 1, operator: '<=' },
      ],
      notes: [...operationsOf(runs), ...report.proposals.map(({ title }) => title)],
    },
    args,
  );
}

/** Where the time of the expert's database and that of the advised one differ most. */
function operationsOf(runs: Measured['runs']): readonly string[] {
  const meanOf = (set: IndexSet, name: string): number =>
    median(runs[set].map(({ queries }) => queries.find((one) => one.name === name)?.meanMs ?? 0));
  const total = runs.expert[0]?.total.calls ?? 1;
  return (runs.expert[0]?.queries ?? [])
    .map(({ name, calls }) => ({
      name,
      share: calls / total,
      expertMs: meanOf('expert', name),
      advisedMs: meanOf('advised', name),
    }))
    .toSorted((a, b) => b.share * (b.advisedMs - b.expertMs) - a.share * (a.advisedMs - a.expertMs))
    .map(
      ({ name, share, expertMs, advisedMs }) =>
        `${name.padEnd(24)} ${(share * 100).toFixed(1)} % of the calls  expert ${expertMs.toFixed(2)} ms  advised ${advisedMs.toFixed(2)} ms`,
    );
}
