import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { peakRssBytes, treeCpuMs } from './lib/processes.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const PROGRAM = fileURLToPath(new URL('../packages/agent/bin/pgsteward.js', import.meta.url));
const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';
const EXPORTER = '/usr/bin/prometheus-postgres-exporter';
const PROMETHEUS = '/usr/bin/prometheus';
/** Time for the first whole look, which comes again each hour only. */
const WARM_UP_MS = 30_000;
/** Rest between two runs of pgbench. */
const PAUSE_MS = 2_000;
const OPTIONAL_FLAGS = ['--collector.stat_statements', '--collector.long_running_transactions'];

/**
 * What watching costs. First a large, idle target (5,000 statements, 10,000 tables, 200 connections): processor time of
 * the whole server, which nothing else uses, beside nothing, pgsteward, and Debian's prometheus-postgres-exporter
 * scraped by Prometheus each minute. Then pgbench on the same machine with the daemon on and off in turn, in rounds of
 * off, on, on, off, so that no drift counts for one of them; the two runs that are off tell the noise. Off is stopped by a
 * signal: what was due meanwhile is done when it goes on, so that the runs that are on have all the work of both.
 * Options: `--tables 10000`, `--minutes 3`, `--rounds 10`, `--seconds 20`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      tables: { type: 'string', default: '10000' },
      statements: { type: 'string', default: '5000' },
      connections: { type: 'string', default: '200' },
      minutes: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '20' },
    },
  });
  const settings = {
    shared_buffers: '256MB',
    max_connections: '300',
    'pg_stat_statements.max': '10000',
    autovacuum: 'off',
    max_locks_per_transaction: '512',
  };
  await withServer({ shared_buffers: '64MB' }, async (home) => {
    await withServer(settings, async (target) => {
      const size = {
        tables: Number(values.tables),
        statements: Number(values.statements),
        connections: Number(values.connections),
      };
      const large = await measureLarge(target.url, home.url, { ...size, minutes: Number(values.minutes) });
      const throughput = await measureThroughput(target.url, home.url, {
        rounds: Number(values.rounds),
        seconds: Number(values.seconds),
      });
      printResult(
        {
          bench: 'overhead',
          figures: { ...large.own, ...throughput },
          peers: { 'prometheus-postgres-exporter + Prometheus': large.exporter },
          bars: [
            { figure: 'throughputLossRatio', operator: '<', limit: 0.01 },
            { figure: 'databaseCpuRatio', operator: '<', limit: 0.01 },
            { figure: 'agentRssBytes', operator: '<=', limit: 200 * 1024 ** 2 },
          ],
        },
        args,
      );
    });
  });
}

interface Size {
  readonly tables: number;
  readonly statements: number;
  readonly connections: number;
  readonly minutes: number;
}

async function measureLarge(url: string, home: string, size: Size) {
  const crowd = await prepare(url, size);
  const postmaster = await postmasterPid(url);
  const during = async (): Promise<number> => {
    const before = treeCpuMs(postmaster);
    await sleep(size.minutes * 60_000);
    return (treeCpuMs(postmaster) - before) / (size.minutes * 60_000);
  };
  const idle = await during();
  const agent = startAgent(url, home);
  await sleep(WARM_UP_MS);
  const agentBeforeMs = treeCpuMs(agent.pid ?? 0);
  const watched = await during();
  const own = {
    databaseCpuRatio: watched - idle,
    idleCpuRatio: idle,
    agentCpuRatio: (treeCpuMs(agent.pid ?? 0) - agentBeforeMs) / (size.minutes * 60_000),
    agentRssBytes: peakRssBytes(agent.pid ?? 0),
  };
  await stop(agent);
  const exporter = existsSync(EXPORTER)
    ? await measureExporter(url, idle, during)
    : { missing: 'not installed' };
  await Promise.all(crowd.map((client) => client.end()));
  return { own, exporter };
}

async function prepare(url: string, size: Size): Promise<readonly pg.Client[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create extension if not exists pg_stat_statements');
  for (let first = 0; first < size.tables; first += 500) {
    await client.query(
      `do $$ begin for i in ${first}..${Math.min(size.tables, first + 500) - 1} loop
        execute format('create table t_%s (id int primary key, note text)', i);
        execute format('insert into t_%s values (1, ''x'')', i);
      end loop; end $$`,
    );
  }
  for (let index = 0; index < size.statements; index += 1) {
    await client.query(`select note from t_${index % size.tables} where id = $1`, [index]);
  }
  await client.end();
  const crowd: pg.Client[] = [];
  for (let index = 0; index < size.connections; index += 1) {
    const one = new pg.Client({ connectionString: url });
    await one.connect();
    crowd.push(one);
  }
  return crowd;
}

async function postmasterPid(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ file: string }>(`select current_setting('data_directory') as file`);
  await client.end();
  return Number(readFileSync(join(rows[0]?.file ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function startAgent(url: string, home: string): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'serve', url, '--store', home, '--port', '0'], {
    stdio: 'ignore',
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function measureExporter(url: string, idle: number, during: () => Promise<number>) {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-exporter-'));
  const listen = '127.0.0.1:29187';
  const flags = OPTIONAL_FLAGS.filter(isKnown);
  const exporter = spawn(EXPORTER, ['--web.listen-address', listen, ...flags], {
    env: { ...process.env, DATA_SOURCE_NAME: `${url}?sslmode=disable` },
    stdio: 'ignore',
  });
  writeFileSync(
    join(directory, 'prometheus.yml'),
    `scrape_configs:\n  - job_name: postgres\n    scrape_interval: 60s\n    scrape_timeout: 50s\n    static_configs: [{ targets: ['${listen}'] }]\n`,
  );
  const prometheus = spawn(
    PROMETHEUS,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:29190',
    ],
    { stdio: 'ignore' },
  );
  try {
    await sleep(WARM_UP_MS);
    const watched = await during();
    const text = await (await fetch(`http://${listen}/metrics`)).text();
    return {
      databaseCpuRatio: Number((watched - idle).toPrecision(3)),
      rssBytes: peakRssBytes(exporter.pid ?? 0) + peakRssBytes(prometheus.pid ?? 0),
      seriesCount: text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
    };
  } finally {
    await Promise.all([stop(exporter), stop(prometheus)]);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Debian's exporter is older than some of its collectors. */
function isKnown(flag: string): boolean {
  try {
    return execFileSync(EXPORTER, ['--help-long'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).includes(flag.replace(/^--/, ''));
  } catch {
    return false;
  }
}

async function measureThroughput(
  url: string,
  home: string,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create database pgbench');
  await client.end();
  const own = url.replace(/\/[^/]*$/, '/pgbench');
  execFileSync(PGBENCH, ['-i', '-q', '-s', '10', own], { stdio: 'ignore' });
  const transactions = (): number => {
    const text = execFileSync(PGBENCH, ['-n', '-c', '4', '-j', '1', '-T', String(seconds), own], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/tps = ([\d.]+)/.exec(text)?.[1] ?? 0);
  };
  transactions();
  const agent = startAgent(own, home);
  await sleep(2 * WARM_UP_MS);
  const observer = new pg.Client({ connectionString: url });
  await observer.connect();
  const on = async (): Promise<number> => {
    await sleep(PAUSE_MS);
    agent.kill('SIGCONT');
    return transactions();
  };
  const off = async (): Promise<number> => {
    await pause(agent, observer);
    await sleep(PAUSE_MS);
    return transactions();
  };
  const losses: number[] = [];
  const noises: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [first, second, third, fourth] = [await off(), await on(), await on(), await off()];
    losses.push(1 - (second + third) / (first + fourth));
    noises.push(Math.abs(1 - fourth / first));
  }
  agent.kill('SIGCONT');
  await stop(agent);
  await observer.end();
  return {
    throughputLossRatio: median(losses),
    throughputNoiseRatio: median(noises),
    throughputRounds: rounds,
  };
}

/** Stops the agent where it is, but not within a transaction, which would keep old rows alive. */
async function pause(agent: ChildProcess, observer: pg.Client): Promise<void> {
  for (;;) {
    agent.kill('SIGSTOP');
    await sleep(100);
    const { rowCount } = await observer.query(
      `select from pg_stat_activity where application_name = 'pgsteward' and xact_start is not null`,
    );
    if (rowCount === 0) return;
    agent.kill('SIGCONT');
    await sleep(50);
  }
}
