import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runIndexes, settingDefinitions } from '../packages/agent/src/app/index.ts';
import { systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../packages/agent/src/settings/index.ts';
import { runAgent } from './lib/agent-process.ts';
import { withClient } from './lib/reference.ts';
import { printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const TABLES = 150;
const STATEMENTS = 200;
const ROWS = 20_000;
const POLL_MS = 500;

/**
 * Index advice for 200 statements over 150 tables: how soon the first useful set is there, how soon the best, and what the
 * command takes of memory with its shadow. Once within this process, for the moments, and once as the built command, for the
 * memory. Options: `--tables 150`, `--statements 200`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      tables: { type: 'string', default: String(TABLES) },
      statements: { type: 'string', default: String(STATEMENTS) },
    },
  });
  const tables = Number(values.tables);
  await withServer({ shared_buffers: '256MB' }, async ({ url }) => {
    await fill(url, tables);
    const file = join(tmpdir(), `pgsteward-bench-${process.pid}.sql`);
    writeFileSync(file, statements(Number(values.statements), tables).join(';\n'));
    const moments = await adviseHere(url, file);
    const memory = await adviseAsCommand(url, file);
    printResult(
      {
        bench: 'index-workload',
        figures: { ...moments, ...memory },
        peers: {},
        bars: [
          { figure: 'firstUsefulSeconds', operator: '<=', limit: 10 },
          { figure: 'bestSeconds', operator: '<=', limit: 120 },
          { figure: 'peakBytes', operator: '<=', limit: 500e6 },
        ],
      },
      args,
    );
  });
}

async function fill(url: string, tables: number): Promise<void> {
  await withClient(url, async (client) => {
    for (let table = 0; table < tables; table += 1) {
      await client.query(`create table t${table} (id int primary key, parent int not null, kind text not null,
        at timestamptz not null, price numeric, note text)`);
      await client.query(`insert into t${table} select i, i % ${200 + table}, 'k' || i % ${5 + (table % 40)},
        timestamptz '2024-01-01' + i * interval '1 minute', (i * 7919) % 1000, repeat('x', 40)
        from generate_series(1, ${ROWS}) i`);
    }
    await client.query('vacuum analyze');
  });
}

/** Five kinds of statement, over tables in turn. */
function statements(count: number, tables: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const one = `t${(index * 7) % tables}`;
    const other = `t${(index * 11 + 3) % tables}`;
    const day = `timestamptz '2024-01-${String(1 + (index % 12)).padStart(2, '0')}'`;
    switch (index % 5) {
      case 0:
        return `select id, price from ${one} where parent = ${index % 190} order by at desc limit 10`;
      case 1:
        return `select count(*) from ${one} where kind = 'k${index % 5}' and at >= ${day}`;
      case 2:
        return `select a.id, b.price from ${one} a join ${other} b on b.parent = a.id where a.price < 5 and b.kind = 'k2'`;
      case 3:
        return `select kind, sum(price) from ${one} where at between ${day} and ${day} + interval '1 day' group by kind`;
      default:
        return `select * from ${one} where price > ${900 + (index % 99)} and parent in (1, 2, ${index % 150}) order by price`;
    }
  });
}

async function adviseHere(url: string, file: string): Promise<Readonly<Record<string, number>>> {
  const startMs = performance.now();
  const seconds = (): number => (performance.now() - startMs) / 1000;
  let firstUsefulSeconds = Number.POSITIVE_INFINITY;
  let best = { saved: 0, seconds: 0 };
  const report = await runIndexes(
    { target: unwrap(parseTarget(url, {})) },
    {
      settings: unwrap(resolveSettings(settingDefinitions)),
      provider: 'shadow',
      statementFiles: [file],
      isFromFilesOnly: true,
      clock: systemClock,
      onProgress({ task }) {
        const saved = Number(/save (\d+) %/.exec(task)?.[1] ?? 0);
        if (saved >= 10) firstUsefulSeconds = Math.min(firstUsefulSeconds, seconds());
        if (saved > best.saved) best = { saved, seconds: seconds() };
      },
    },
  );
  return {
    firstUsefulSeconds,
    bestSeconds: best.seconds,
    wholeSeconds: seconds(),
    savedRatio: 1 - report.advice.cost / report.advice.baseCost,
    calls: report.advice.calls,
    indexes: report.advice.indexes.length,
  };
}

/** Memory of the command and of every process below it, each shared page counted once. */
async function adviseAsCommand(url: string, file: string): Promise<Readonly<Record<string, number>>> {
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, proportionalBytes(childrenOf(process.pid, url)));
  }, POLL_MS);
  try {
    const { wallMs, peakRssBytes } = await runAgent([
      ...['indexes', url, '--statements', file, '--only', '--quiet', '--json'],
      ...['--set', 'whatif.shadow.kept-count=0'],
    ]);
    return { peakBytes, commandRssBytes: peakRssBytes, commandSeconds: wallMs / 1000 };
  } finally {
    clearInterval(poll);
  }
}

/** Processes that the command started: its own, and the servers of its shadow, but not the bench's server. */
function childrenOf(root: number, url: string): readonly number[] {
  const parents = new Map<number, number>();
  const ignored = new Set<number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = readProc(pid, 'stat');
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0));
    if (readProc(pid, 'cmdline').includes(`-p\0${new URL(url).port}`)) ignored.add(pid);
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid) ?? 0; at > 1; at = parents.get(at) ?? 0) {
      if (ignored.has(at)) return false;
      if (at === root) return true;
    }
    return false;
  };
  return [...parents.keys()].filter((pid) => !ignored.has(pid) && isBelow(pid));
}

function proportionalBytes(pids: readonly number[]): number {
  return pids.reduce(
    (sum, pid) => sum + Number(/^Pss:\s+(\d+) kB/m.exec(readProc(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024,
    0,
  );
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
