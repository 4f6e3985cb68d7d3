import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { withRedis } from './lib/cache/redis-server.ts';
import { treeCpuMs } from './lib/processes.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const PROGRAM = fileURLToPath(new URL('../packages/agent/bin/pgsteward.js', import.meta.url));
const PROGRAMS = '/usr/lib/postgresql/15/bin';
const PGBENCH = `${PROGRAMS}/pgbench`;
const SLOT = 'bench_stream';
const WRITERS = '16';
const WARM_UP_S = '4';
const TABLES = ['pgbench_accounts', 'pgbench_tellers', 'pgbench_branches', 'pgbench_history'];

/** `stream`: the change stream is read by PostgreSQL's own program, which does nothing with it. */
type Way = 'none' | 'stream' | 'cdc' | 'outbox';

const WAYS: readonly Way[] = ['none', 'stream', 'cdc', 'outbox'];

/**
 * What invalidation costs those who write: pgbench with 16 writers and durable commits, with no worker, with the change
 * stream, and with the outbox, in turn; `pgsteward cache worker` runs beside on the same machine, as does Redis. Beside
 * it pg_recvlogical, PostgreSQL's own program, which takes the stream commit by commit and does nothing with it. Each way
 * is compared with the rounds of nothing before and after it. Options: `--rounds 5`, `--seconds 15`, `--scale 20`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '15' },
      scale: { type: 'string', default: '20' },
    },
  });
  const settings = { wal_level: 'logical', shared_buffers: '256MB', max_wal_size: '4GB' };
  await withRedis((redis) =>
    withServer(
      settings,
      async ({ url }) => {
        pgbench(url, ['-i', '-q', '-s', values.scale]);
        const rounds: Record<Way, Round[]> = { none: [], stream: [], cdc: [], outbox: [] };
        const measureInto = async (way: Way): Promise<void> => {
          rounds[way].push(await measure(way, { url, redis, seconds: values.seconds }));
        };
        // The first only warms up: the server makes the files of its log.
        await measure('none', { url, redis, seconds: values.seconds });
        for (let round = 0; round < Number(values.rounds); round += 1) {
          for (const way of WAYS) await measureInto(way);
        }
        await measureInto('none');
        printResult(
          {
            bench: 'cache-writes',
            figures: {
              transactionsPerSecond: median(rounds.none.map(({ perSecond }) => perSecond)),
              cdcLossRatio: loss(rounds, 'cdc'),
              outboxLossRatio: loss(rounds, 'outbox'),
              cdcWorkerCpuUs: median(rounds.cdc.map(({ workerCpuUs }) => workerCpuUs)),
              outboxWorkerCpuUs: median(rounds.outbox.map(({ workerCpuUs }) => workerCpuUs)),
              cdcCatchUpMs: median(rounds.cdc.map(({ catchUpMs }) => catchUpMs)),
              outboxCatchUpMs: median(rounds.outbox.map(({ catchUpMs }) => catchUpMs)),
            },
            peers: { 'pg_recvlogical, which does nothing with it': { lossRatio: loss(rounds, 'stream') } },
            bars: [
              { figure: 'cdcLossRatio', operator: '<=', limit: 0.1 },
              { figure: 'outboxLossRatio', operator: '<=', limit: 0.3 },
            ],
            notes: [
              'pgbench -N -c 16; the loss is the median of each round against those of nothing before and after it.',
              'Catch-up: from the last commit until the worker has confirmed all of them.',
            ],
          },
          args,
        );
      },
      { isDurable: true },
    ),
  );
}

interface Round {
  readonly perSecond: number;
  readonly catchUpMs: number;
  /** Processor time of the worker for each transaction. */
  readonly workerCpuUs: number;
}

interface Surroundings {
  readonly url: string;
  readonly redis: string;
  readonly seconds: string;
}

function loss(rounds: Readonly<Record<Way, readonly Round[]>>, way: Way): number {
  const ratios = rounds[way].map(({ perSecond }, index) => {
    const [before, after] = [rounds.none[index], rounds.none[index + 1]];
    return (2 * perSecond) / ((before?.perSecond ?? 0) + (after?.perSecond ?? 0));
  });
  return 1 - median(ratios);
}

async function measure(way: Way, { url, redis, seconds }: Surroundings): Promise<Round> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const worker = way === 'none' ? null : await startWorker(way, { url, redis, client });
  await client.query('vacuum');
  await client.query('checkpoint');
  // A worker runs for weeks: what it spends on being compiled is not the cost of a write.
  write(url, WARM_UP_S);
  const beforeMs = worker === null ? 0 : treeCpuMs(worker.pid ?? 0);
  const output = write(url, seconds);
  const perSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
  const endMs = performance.now();
  while (worker !== null && way !== 'stream' && !(await isCaughtUp(way, client))) await sleep(10);
  const catchUpMs = performance.now() - endMs;
  const cpuMs = worker === null ? 0 : treeCpuMs(worker.pid ?? 0) - beforeMs;
  const workerCpuUs = (cpuMs * 1_000) / Number(/actually processed: (\d+)/.exec(output)?.[1]);
  if (worker !== null) await stopWorker(worker, { url, client });
  await client.end();
  return { perSecond, catchUpMs, workerCpuUs };
}

interface Connections {
  readonly url: string;
  readonly client: pg.Client;
}

async function startWorker(
  way: Way,
  { url, redis, client }: Connections & { readonly redis: string },
): Promise<ChildProcess> {
  if (way === 'stream') {
    await client.query(`create publication ${SLOT} for all tables`);
    await client.query(`select pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
    const options = ['-o', 'proto_version=1', '-o', `publication_names=${SLOT}`];
    const words = ['-d', url, '--slot', SLOT, '--start', '-f', '-', ...options];
    return spawn(`${PROGRAMS}/pg_recvlogical`, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (way === 'outbox') await client.query(pgsteward(url, '--print-outbox-sql', '--tables', ...TABLES));
  const words = ['cache', 'worker', url, '--namespace', 'bench', '--redis', redis, '--mode', way, '--json'];
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function stopWorker(worker: ChildProcess, { url, client }: Connections): Promise<void> {
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  await ended;
  // Whatever keeps log or runs as a trigger would cost the next round.
  await client.query(pgsteward(url, '--print-remove-sql'));
  await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active');
  await client.query(`drop publication if exists pgcache_bench, ${SLOT}`);
}

async function isCaughtUp(way: Way, client: pg.Client): Promise<boolean> {
  const sql =
    way === 'cdc'
      ? 'select confirmed_flush_lsn >= pg_current_wal_lsn() as is_done from pg_replication_slots'
      : 'select not exists (select from pgcache_outbox) as is_done';
  return (await client.query(sql)).rows[0]?.is_done === true;
}

function pgsteward(url: string, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [PROGRAM, 'cache', 'worker', url, ...words], { encoding: 'utf8' });
}

function write(url: string, seconds: string): string {
  return pgbench(url, ['-N', '-c', WRITERS, '-j', '2', '-T', seconds]);
}

function pgbench(url: string, words: readonly string[]): string {
  return execFileSync(PGBENCH, [...words, url], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
