import { parseArgs } from 'node:util';
import { applyAsTuned, createMarketResearch } from './create.ts';
import { drawProgress } from './draw-progress.ts';
import { MarketResearchError } from './failure.ts';
import type { ProgressListener } from './progress.ts';
import type { WorkloadResult } from './workload/result.ts';
import { runWorkload } from './workload/run.ts';

const help = `usage: market-research <command> --url URL [options]

  load   create tables, rows and a state in an empty database (as a superuser)
         --scale 0.1   1 = 100,000 products and 1,000,000 searches
         --seed 42     --state as-found|as-tuned     --now 2026-01-31
  run    run the mixed workload and print its latencies
         --sessions 8  --rate N per second (default: as fast as possible)
         --seconds 30  --seed 1  --mix as-found|as-tuned  --prepared
  tune   remedy every planted fault

  --url URL  connection string; default DATABASE_URL
  --json     result as JSON on stdout
`;

const options = {
  url: { type: 'string' },
  scale: { type: 'string' },
  seed: { type: 'string' },
  state: { type: 'string' },
  now: { type: 'string' },
  sessions: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  mix: { type: 'string' },
  prepared: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type TextOption = 'scale' | 'seed' | 'state' | 'now' | 'sessions' | 'rate' | 'seconds' | 'mix';

/** Options as the user wrote them. */
type Given = { readonly [name in TextOption]?: string | undefined } & {
  readonly prepared?: boolean | undefined;
};

interface Invocation {
  readonly given: Given;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/**
 * Runs the command line.
 * @param args arguments after the script's name
 * @returns exit code: 0 done, 1 failed, 2 refused, 3 cancelled
 */
export async function main(args: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  const onInterrupt = (): void => cancel.abort();
  process.once('SIGINT', onInterrupt);
  const progress = drawProgress(process.stderr);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [command] = positionals;
    if (values.help === true || command === undefined) {
      process.stdout.write(help);
      return values.help === true ? 0 : 2;
    }
    const { DATABASE_URL } = process.env;
    const url = values.url ?? DATABASE_URL;
    if (url === undefined) throw refused('no database is named', 'pass --url or set DATABASE_URL');
    const invocation = { given: values, url, signal: cancel.signal, onProgress: progress.listener };
    const output = await runCommand(command, invocation);
    progress.close();
    process.stdout.write(values.json === true ? `${JSON.stringify(output.data, null, 2)}\n` : output.text);
    return cancel.signal.aborted ? 3 : 0;
  } catch (error) {
    progress.close();
    return explain(error, cancel.signal);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

interface Output {
  readonly data: unknown;
  readonly text: string;
}

async function runCommand(command: string, invocation: Invocation): Promise<Output> {
  switch (command) {
    case 'load':
      return load(invocation);
    case 'run':
      return run(invocation);
    case 'tune': {
      await applyAsTuned(invocation.url, invocation);
      return { data: { state: 'as-tuned' }, text: 'every planted fault is remedied\n' };
    }
    default:
      throw refused(`"${command}" is not a command`, 'use load, run or tune');
  }
}

async function load({ given, ...rest }: Invocation): Promise<Output> {
  const { now } = given;
  const result = await createMarketResearch({
    ...rest,
    scale: number(given, 'scale', 0.1),
    seed: number(given, 'seed', 42),
    state: state(given, 'state'),
    ...(now !== undefined ? { now: moment(now) } : {}),
  });
  const rate = Math.round(result.rowsPerSecond).toLocaleString('en');
  const seconds = (result.totalMs / 1000).toFixed(1);
  return {
    data: result,
    text: `${result.rows.toLocaleString('en')} rows at ${rate} rows/s; ${result.state} after ${seconds} s\n`,
  };
}

async function run({ given, ...rest }: Invocation): Promise<Output> {
  const result = await runWorkload({
    ...rest,
    sessions: number(given, 'sessions', 8),
    ratePerSecond: given.rate === undefined ? null : number(given, 'rate', 0),
    durationMs: number(given, 'seconds', 30) * 1000,
    seed: number(given, 'seed', 1),
    mix: state(given, 'mix'),
    prepared: given.prepared === true,
  });
  return { data: result, text: renderLatencies(result) };
}

/** Renders latencies as a table, ms. */
export function renderLatencies(result: WorkloadResult): string {
  const rows = [...result.queries, { name: 'all', ...result.total }].map((row) => [
    row.name,
    String(row.calls),
    String(row.errors),
    ...[row.p50Ms, row.p95Ms, row.p99Ms, row.meanMs, row.maxMs].map((ms) => ms.toFixed(2)),
  ]);
  const head = ['operation', 'calls', 'errors', 'p50 ms', 'p95 ms', 'p99 ms', 'mean ms', 'max ms'];
  const widths = head.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  '),
  );
  const error = result.firstError === null ? '' : `first error: ${result.firstError}\n`;
  return `${lines.join('\n')}\n${result.throughputPerSecond.toFixed(1)} operations/s\n${error}`;
}

function number(given: Given, name: TextOption, fallback: number): number {
  const text = given[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    throw refused(`--${name} "${text}" is not a number`, 'pass a number');
  return value;
}

function state(given: Given, name: TextOption): 'as-found' | 'as-tuned' {
  const value = given[name] ?? 'as-found';
  if (value === 'as-found' || value === 'as-tuned') return value;
  throw refused(`--${name} "${value}" is not a state`, 'pass as-found or as-tuned');
}

function moment(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw refused(`--now "${text}" is not a date`, 'pass a date such as 2026-01-31');
  return date;
}

function refused(message: string, next: string): MarketResearchError {
  return new MarketResearchError('MARKET_RESEARCH.INVALID_OPTION', message, next);
}

function explain(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) {
    process.stderr.write('cancelled\n');
    return 3;
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  const next = error instanceof MarketResearchError ? `\n${error.next}` : '';
  process.stderr.write(`market-research: ${message}${next}\n`);
  const isUsage = error instanceof MarketResearchError || error instanceof TypeError;
  return isUsage ? 2 : 1;
}
