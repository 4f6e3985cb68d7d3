import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import {
  adviseIndexes,
  type IndexAdvice,
  type IndexConstraints,
} from '../packages/agent/src/advise/index.ts';
import { createIndexSql } from '../packages/agent/src/planner/index.ts';
import { loadParser } from '../packages/agent/src/sql/index.ts';
import { createHypopgPlanner } from '../packages/agent/src/whatif/index.ts';
import { importClone, startCloneServer } from './lib/index-advisor/clone.ts';
import { type QueryFile, readQueryFiles } from './lib/index-advisor/queries.ts';
import { readWorkload } from './lib/index-advisor/workload.ts';
import { type Bar, type Figures, printResult } from './lib/report.ts';

const SHARED = fileURLToPath(new URL('../../shared/bench/', import.meta.url));
const MB = 1_000_000;

/** What the issue asks for TPC-H, and what the best published advisors reach. */
const TPCH = {
  pk: {
    schemas: ['tpch/schema.sql', 'tpch/primary-keys.sql'],
    stats: 'tpch/stats-pk.json',
    target: [0.9606, 0.9414, 0.8505, 0.761, 0.6755, 0.5699, 0.4315],
    published: [0.9606, 0.9414, 0.8505, 0.7617, 0.6779, 0.5819, 0.4741],
  },
  bare: {
    schemas: ['tpch/schema.sql'],
    stats: 'tpch/stats-bare.json',
    target: [0.9691, 0.9458, 0.6509, 0.5686, 0.5274, 0.5188, 0.5183],
    published: [0.9691, 0.9458, 0.6509, 0.5693, 0.5287, 0.5188, 0.5184],
  },
} as const;

const BUDGETS = '50,100,250,500,1000,2000,5000';

/** One workload on one data-free copy. */
interface Setup {
  readonly name: string;
  readonly url: string;
  readonly queries: readonly QueryFile[];
  readonly folder: string;
  readonly excluded: string;
}

/** How one budget went. */
interface Score {
  readonly relativeCost: number;
  readonly sizeMb: number;
  readonly advice: IndexAdvice;
  readonly seconds: number;
}

/**
 * Relative workload cost and size of the advised indexes per storage budget under HypoPG, each budget a cold run, scored by
 * `eval_indexes.py`. Without options: TPC-H with primary keys and bare. Options: `--schema FILE` (repeatable), `--stats FILE`,
 * `--queries DIR`, `--exclude 2,17`, `--budgets 500,1000`, `--url URL` (a server with hypopg that holds the tables),
 * `--setup pk|bare`, `--seconds 112`, `--calls 10000`, `--width 4`, `--print` (the indexes). As the advisors it is compared with it may
 * propose narrower copies of existing indexes, (l_orderkey) beside the primary key (l_orderkey, l_linenumber); `--no-copies` forbids them,
 * as `pgsteward indexes` does unless `advise.indexes.copies` allows them.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      print: { type: 'boolean' },
      schema: { type: 'string', multiple: true },
      stats: { type: 'string' },
      queries: { type: 'string' },
      exclude: { type: 'string' },
      budgets: { type: 'string', default: BUDGETS },
      url: { type: 'string' },
      setup: { type: 'string' },
      seconds: { type: 'string', default: '112' },
      calls: { type: 'string' },
      width: { type: 'string', default: '4' },
      'no-copies': { type: 'boolean' },
    },
  });
  if (!existsSync(SHARED)) {
    process.stdout.write('bench index-advisor needs ../shared/bench (stat_clone.py, eval_indexes.py)\n');
    return;
  }
  await loadParser();
  const budgets = values.budgets.split(',').map(Number);
  const figures: Record<string, number> = {};
  const bars: Bar[] = [];
  const notes: string[] = [];
  const own = values.url !== undefined || values.stats !== undefined;
  const server = values.url === undefined ? await startCloneServer() : null;
  try {
    const names = own
      ? ['own']
      : Object.keys(TPCH).filter((name) => values.setup === undefined || name === values.setup);
    for (const name of names) {
      const known = own ? null : TPCH[name as keyof typeof TPCH];
      const folder = values.queries ?? `${SHARED}tpch/queries`;
      const excluded = values.exclude ?? (values.queries === undefined ? '2,17,20' : '');
      const queries = readQueryFiles(folder, new Set(excluded.split(',')));
      const url =
        values.url ??
        (await importClone(server as NonNullable<typeof server>, `${SHARED}tools/stat_clone.py`, {
          name: `advisor_${name}`,
          stats: known === null ? (values.stats ?? '') : `${SHARED}${known.stats}`,
          schemas: known === null ? (values.schema ?? []) : known.schemas.map((file) => `${SHARED}${file}`),
        }));
      const setup: Setup = { name, url, queries, folder, excluded };
      const calls = Number(values.calls ?? (queries.length > 40 ? 60_000 : 10_000));
      for (const budget of budgets) {
        const score = await scoreBudget(setup, {
          budget,
          calls,
          timeLimitMs: Number(values.seconds) * 1000,
          width: Number(values.width),
          canRepeat: values['no-copies'] !== true,
        });
        const prefix = own ? '' : name;
        const label = (word: string): string => {
          const joined = prefix === '' ? word : `${prefix}${word.charAt(0).toUpperCase()}${word.slice(1)}`;
          return `${joined}${budget}MB`;
        };
        const { boundCost, baseCost } = score.advice;
        const bound = boundCost === null ? null : round(boundCost / baseCost);
        Object.assign(figures, {
          [label('relativeCost')]: round(score.relativeCost),
          ...(bound === null ? {} : { [label('bound')]: bound }),
          [label('size')]: score.sizeMb,
          [label('whatIfCalls')]: score.advice.calls,
          [label('seconds')]: Math.round(score.seconds * 10) / 10,
          [label('candidates')]: score.advice.candidates,
        });
        process.stderr.write(
          `${name} ${budget} MB: ${round(score.relativeCost)} (bound ${bound ?? 'not proved'}) ${score.sizeMb} MB, ${score.advice.indexes.length} indexes, ${score.advice.calls} calls, ${score.seconds.toFixed(1)} s, ${score.advice.status}\n`,
        );
        if (values.print === true)
          for (const one of score.advice.indexes) process.stderr.write(`  ${sqlOf(one)}\n`);
        bars.push({ figure: label('size'), operator: '<=', limit: budget });
        bars.push({ figure: label('seconds'), operator: '<=', limit: 120 });
        bars.push({ figure: label('whatIfCalls'), operator: '<=', limit: calls });
        const at = BUDGETS.split(',').indexOf(String(budget));
        if (known !== null && at >= 0) {
          bars.push({ figure: label('relativeCost'), operator: '<=', limit: known.target[at] ?? 0 });
          if (name === 'pk' && budget >= 500) {
            bars.push({ figure: label('relativeCost'), operator: '<', limit: known.published[at] ?? 0 });
          }
        }
      }
    }
  } finally {
    await server?.close();
  }
  notes.push('TPC-H texts and statistics are derived from TPC-H; these are no TPC Benchmark results.');
  printResult(
    {
      bench: 'index-advisor',
      figures: figures satisfies Figures,
      peers: own ? {} : publishedPeers(),
      bars,
      notes,
    },
    args,
  );
}

function publishedPeers(): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(TPCH).map(([name, { published }]) => [
      `best published, ${name} (../shared/research/index-advisor.md)`,
      Object.fromEntries(
        BUDGETS.split(',').map((budget, index) => [`relativeCost${budget}MB`, published[index] ?? 0]),
      ),
    ]),
  );
}

async function scoreBudget(
  setup: Setup,
  limits: {
    readonly budget: number;
    readonly calls: number;
    readonly timeLimitMs: number;
    readonly width: number;
    readonly canRepeat: boolean;
  },
): Promise<Score> {
  const client = new pg.Client({ connectionString: setup.url, pipeline: true } as pg.ClientConfig);
  await client.connect();
  try {
    for (const sql of setup.queries.flatMap((query) => query.before)) {
      await client.query(`begin; set local search_path = pg_temp, public; ${sql}; commit`);
    }
    const { rows } = await client.query<{ number: string; version: string }>(
      `select current_setting('server_version_num') as number, current_setting('server_version') as version`,
    );
    await client.query('create extension if not exists hypopg');
    const planner = createHypopgPlanner({
      connection: { run: (sql) => client.query(sql) },
      versionNumber: Number(rows[0]?.number),
      version: rows[0]?.version ?? '',
      extensionSchema: 'public',
      canHide: false,
      representativeValues: async () => [],
      onClose: async () => undefined,
    });
    const constraints: IndexConstraints = {
      storageBudgetBytes: limits.budget * MB,
      maximumIndexes: null,
      maximumWidth: limits.width,
      excludedTables: new Set(),
      writeOverheadCeiling: null,
      timeLimitMs: limits.timeLimitMs,
      maximumCalls: limits.calls,
      canDrop: false,
      canRepeat: limits.canRepeat,
      minimumBenefitRatio: 0,
      minimumWorkloadRatio: 0,
      // The yardstick counts planned costs alone.
      earlyEndRatio: 0,
    };
    const startMs = performance.now();
    const workload = await readWorkload(client, setup.queries);
    const advice = await adviseIndexes(workload, planner, constraints, { now: () => performance.now() });
    const seconds = (performance.now() - startMs) / 1000;
    return { ...evaluate(setup, advice, limits.budget), advice, seconds };
  } finally {
    await client.end();
  }
}

/** Scores the printed statements with the yardstick itself. */
function evaluate(
  setup: Setup,
  advice: IndexAdvice,
  budget: number,
): { readonly relativeCost: number; readonly sizeMb: number } {
  if (advice.indexes.length === 0) return { relativeCost: 1, sizeMb: 0 };
  const input = advice.indexes.map((index) => `${sqlOf(index)};`).join('\n');
  const words = [
    `${SHARED}tools/eval_indexes.py`,
    ...['-d', setup.url, '-q', setup.folder, '-x', setup.excluded, '-i', '-', '-b', String(budget), '--json'],
  ];
  const done = spawnSync('python3', words, { input, encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 28 });
  if (done.stdout === '') throw new Error(done.stderr);
  const result = JSON.parse(done.stdout) as { readonly relative_cost: number; readonly size_mb: number };
  return { relativeCost: result.relative_cost, sizeMb: result.size_mb };
}

function sqlOf(index: IndexAdvice['indexes'][number]): string {
  return createIndexSql(index.definition, { name: null, isConcurrent: false });
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
