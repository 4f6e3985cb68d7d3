import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const PROGRAM = fileURLToPath(new URL('../examples/market-research/bin/market-research.js', import.meta.url));
const RUNS = 3;
const LIMIT_MS = 120_000;

/** What `market-research load --json` tells. */
interface Load {
  readonly rows: number;
  readonly durationMs: number;
  readonly rowsPerSecond: number;
  readonly totalMs: number;
}

/**
 * Rows a second of the reference workload's built loader: generating, COPY, primary keys and `analyze`, on a fresh
 * server each time, loader and server on one machine. Options: `--scale 0.5`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, scale: { type: 'string', default: '0.5' } },
  });
  const runs: Load[] = [];
  for (let index = 0; index < RUNS; index += 1) runs.push(await load(values.scale));
  printResult(
    {
      bench: 'load',
      figures: {
        rowsPerSecond: median(runs.map((one) => one.rowsPerSecond)),
        slowestRowsPerSecond: Math.min(...runs.map((one) => one.rowsPerSecond)),
        fastestRowsPerSecond: Math.max(...runs.map((one) => one.rowsPerSecond)),
        rows: median(runs.map((one) => one.rows)),
        loadSeconds: median(runs.map((one) => one.durationMs)) / 1000,
        totalSeconds: median(runs.map((one) => one.totalMs)) / 1000,
      },
      peers: {},
      bars: [{ figure: 'rowsPerSecond', operator: '>=', limit: 100_000 }],
    },
    args,
  );
}

function load(scale: string): Promise<Load> {
  return withServer({ shared_buffers: '256MB', max_wal_size: '2GB' }, async ({ url }) => {
    const words = [PROGRAM, 'load', '--scale', scale, '--json'];
    // By the environment: an address on the command line shows its password to everybody on the machine.
    const environment = { ...process.env, DATABASE_URL: url };
    const limits = { env: environment, timeout: LIMIT_MS };
    const { stdout } = await promisify(execFile)(process.execPath, words, limits);
    return JSON.parse(stdout) as Load;
  });
}
