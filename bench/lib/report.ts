import { cpus, loadavg, totalmem } from 'node:os';

/** One promise and whether it holds: `wallMs <= 5000`. */
export interface Bar {
  readonly figure: string;
  readonly operator: '<=' | '>=' | '<' | '>';
  readonly limit: number;
}

/** Figures by name, the unit in the name. */
export type Figures = Readonly<Record<string, number>>;

/** Result of a bench: the JSON contract of bench/README.md. */
export interface BenchResult {
  readonly bench: string;
  readonly figures: Figures;
  readonly peers: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly bars: readonly Bar[];
  /** Further lines for a person. */
  readonly notes?: readonly string[];
}

/** Prints a result: a table, and with `--json` one JSON object as the last line of stdout. */
export function printResult(result: BenchResult, args: readonly string[]): void {
  const bars = result.bars.map((bar) => judge(bar, result.figures));
  if (args.includes('--json')) {
    const { bench, figures, peers } = result;
    const machine = {
      cpus: cpus().length,
      memoryBytes: totalmem(),
      loadAverage1: loadavg()[0],
      node: process.version,
    };
    process.stdout.write(
      `${JSON.stringify({ bench, figures, peers, bars, machine, at: new Date().toISOString() })}\n`,
    );
    return;
  }
  const lines = [
    `bench ${result.bench}`,
    ...Object.entries(result.figures).map(([name, value]) => `  ${name.padEnd(36)} ${round(value)}`),
    ...Object.entries(result.peers).flatMap(([peer, figures]) => [
      `  ${peer}`,
      ...Object.entries(figures).map(([name, value]) => `    ${name.padEnd(34)} ${value}`),
    ]),
    ...bars.map((bar) => `  ${bar.holds ? 'holds' : 'FAILS'}  ${bar.bar}  (${round(bar.value)})`),
    ...(result.notes ?? []).map((note) => `  ${note}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The middle of several runs. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function judge(
  bar: Bar,
  figures: Figures,
): { readonly bar: string; readonly value: number; readonly holds: boolean } {
  const value = figures[bar.figure] ?? Number.NaN;
  const holds = {
    '<=': value <= bar.limit,
    '>=': value >= bar.limit,
    '<': value < bar.limit,
    '>': value > bar.limit,
  }[bar.operator];
  return { bar: `${bar.figure} ${bar.operator} ${bar.limit}`, value, holds };
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
