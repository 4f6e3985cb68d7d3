import pg from 'pg';
import { runAgent } from './lib/agent-process.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const PARENTS = 99;
const PARTITIONS_EACH = 100;
const TABLES = 100;
const STATEMENTS = 5_000;
const RUNS = 5;

/**
 * Audits a database with 10,000 tables (nearly all partitions), 20,000 indexes and 5,000 statements, as a whole
 * command from start to exit, and once more with one relation under ACCESS EXCLUSIVE.
 */
export async function run(args: readonly string[]): Promise<void> {
  const settings = {
    'pg_stat_statements.max': '10000',
    max_locks_per_transaction: '2048',
    autovacuum: 'off',
  };
  await withServer(settings, async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await populate(client);
    const runs = [];
    for (let index = 0; index < RUNS; index += 1) runs.push(await audit(url));
    await client.query('begin');
    await client.query('lock table parts_1_17 in access exclusive mode');
    const locked = await audit(url);
    await client.query('rollback');
    await client.end();
    const size = JSON.parse(runs[0]?.stdout ?? '{}') as {
      readonly unavailable: readonly { readonly id: string }[];
    };
    printResult(
      {
        bench: 'audit',
        figures: {
          wallMs: median(runs.map((one) => one.wallMs)),
          auditMs: median(runs.map((one) => one.durationMs)),
          databaseMs: median(runs.map((one) => one.databaseMs)),
          statements: median(runs.map((one) => one.statements)),
          peakRssBytes: Math.max(...runs.map((one) => one.peakRssBytes)),
          lockedWallMs: locked.wallMs,
          lockedGaps: locked.lockedGaps,
          blindSpots: size.unavailable.length,
        },
        peers: {},
        bars: [
          { figure: 'wallMs', operator: '<=', limit: 5_000 },
          { figure: 'peakRssBytes', operator: '<=', limit: 200 * 1024 ** 2 },
          { figure: 'databaseMs', operator: '<=', limit: 2_000 },
          { figure: 'lockedWallMs', operator: '<=', limit: 5_000 },
          { figure: 'lockedGaps', operator: '>=', limit: 1 },
        ],
      },
      args,
    );
  });
}

async function audit(url: string): Promise<{
  readonly wallMs: number;
  readonly peakRssBytes: number;
  readonly durationMs: number;
  readonly databaseMs: number;
  readonly statements: number;
  readonly lockedGaps: number;
  readonly stdout: string;
}> {
  const agent = await runAgent(['audit', url, '--json', '--quiet']);
  if (agent.exitCode !== 0) throw new Error(`the audit ended with ${agent.exitCode}`);
  const report = JSON.parse(agent.stdout) as {
    readonly durationMs: number;
    readonly selfLoad: { readonly databaseMs: number; readonly statements: number };
    readonly unavailable: readonly { readonly id: string }[];
  };
  return {
    ...agent,
    ...report.selfLoad,
    durationMs: report.durationMs,
    lockedGaps: report.unavailable.filter((gap) => gap.id === 'observe/relation-locked').length,
  };
}

/**
 * 99 partitioned tables with 100 partitions each, every one with a primary key and one more index, and 100 plain
 * tables with two; 5,000 statements.
 */
export async function populate(client: pg.Client): Promise<void> {
  await client.query('create extension pg_stat_statements');
  for (let number = 1; number <= PARENTS; number += 1) {
    await client.query(`create table parts_${number} (id bigint primary key, at timestamptz not null, note text)
      partition by range (id)`);
    await client.query(`create index on parts_${number} (at)`);
    await client.query(`do $$ begin for i in 1..${PARTITIONS_EACH} loop
      execute format('create table parts_${number}_%s partition of parts_${number} for values from (%s) to (%s)',
        i, i * 10, i * 10 + 10);
    end loop; end $$`);
    await client.query(
      `insert into parts_${number} select i, now(), 'x' from generate_series(10, 1000, 2) i`,
    );
  }
  await client.query(`do $$ begin for i in 1..${TABLES} loop
    execute format('create table plain_%s (id bigint primary key, a int, b text)', i);
    execute format('create index plain_%s_a on plain_%s (a)', i, i);
  end loop; end $$`);
  await client.query('analyze');
  for (let number = 0; number < STATEMENTS; number += 1) {
    await client.query(
      `select ${number} as column_${number} from plain_${1 + (number % TABLES)} where a = 1`,
    );
  }
}
