import type { Command } from 'commander';
import { APP_ERRORS, type Demo, demoThresholds, runAudit, startDemo } from '../../../app/index.ts';
import {
  type ExitCode,
  failure,
  formatCount,
  formatDuration,
  systemClock,
  unwrap,
} from '../../../kernel/index.ts';
import { parseTarget } from '../../../postgres/index.ts';
import { type CommandContext, type CommonFlags, configure } from '../context.ts';
import { createProgressBar } from '../progress.ts';
import { FORMATS, renderAudit, requireOneOf } from './audit.ts';

interface DemoFlags extends CommonFlags {
  readonly scale: string;
  readonly sessions: string;
  readonly seconds: string;
  readonly keep?: boolean;
  readonly format?: (typeof FORMATS)[number];
  readonly verbose?: boolean;
}

const MS_PER_SECOND = 1000;

/** Describes `pgsteward demo`. */
export function describeDemo(command: Command): Command {
  return command
    .summary('see it work on a built-in database')
    .description(
      'Starts an embedded PostgreSQL 18, loads a market-research database with planted faults, runs its ' +
        'workload, audits it, and prints what it found. Needs no database of yours.',
    )
    .option('--scale <number>', '1 = 100,000 products and a million searches', '0.2')
    .option('--sessions <number>', 'sessions of the workload', '8')
    .option('--seconds <number>', 'how long the workload runs', '15')
    .option('--keep', 'keep the server running until Ctrl-C, and its data for the next demo')
    .option('--format <format>', `form of the report: ${FORMATS.join(', ')}`, 'text')
    .option('--verbose', 'show every finding of severity info');
}

/** Runs `pgsteward demo`. */
export async function runDemoCommand(context: CommandContext, flags: DemoFlags): Promise<ExitCode> {
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  requireOneOf({ command: 'demo', option: '--format' }, format, FORMATS);
  const scale = positive('--scale', flags.scale, 100);
  const sessions = wholeNumber('--sessions', flags.sessions, 64);
  const workloadMs = positive('--seconds', flags.seconds, 3_600) * MS_PER_SECOND;
  const { settings } = configure(context, flags, { defaults: demoThresholds(scale) });
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  const { signal, output } = context;
  const onProgress = progress.listener;
  let demo: Demo | null = null;
  try {
    const keep = flags.keep === true;
    demo = await startDemo({ scale, sessions, workloadMs, keep, clock: systemClock, onProgress, signal });
    const target = unwrap(parseTarget(demo.url, {}, 'demo'));
    const audit = await runAudit(target, { settings, clock: systemClock, onProgress, signal });
    progress.end();
    output.note(workloadLine(demo));
    output.data(renderAudit(audit, format, output, flags.verbose === true));
    if (keep) await holdOpen(context, demo);
    else output.note(nextSteps());
  } finally {
    progress.end();
    await demo?.close();
  }
  return 0;
}

function workloadLine(demo: Demo): string {
  const { calls, p95Ms } = demo.workload.total;
  const rate = formatCount(demo.workload.throughputPerSecond);
  return `workload: ${formatCount(calls)} statements, ${rate}/s, p95 ${formatDuration(p95Ms)} as the clients saw it`;
}

function nextSteps(): string {
  return [
    'next: pgsteward audit postgres://user@host/database    the same for a database of yours',
    '      pgsteward role --print-sql                       a read-only role for it',
    '      pgsteward demo --keep                            keep this database to look around in',
  ].join('\n');
}

/** Waits for Ctrl-C, which here is the way to end and no failure. */
async function holdOpen(context: CommandContext, demo: Demo): Promise<void> {
  context.output.note('the demo database stays up until Ctrl-C; in another terminal:');
  context.output.note(`  pgsteward queries '${demo.url}'`);
  if (context.signal.aborted) return;
  const beat = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(beat);
}

function positive(option: string, text: string, maximum: number): number {
  const value = Number(text);
  if (value > 0 && value <= maximum) return value;
  const reason = `${option} takes a number above 0 and up to ${maximum}, not "${text}"`;
  throw failure(APP_ERRORS.USAGE, { reason, command: 'demo' });
}

function wholeNumber(option: string, text: string, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= maximum) return value;
  const reason = `${option} takes a whole number from 1 to ${maximum}, not "${text}"`;
  throw failure(APP_ERRORS.USAGE, { reason, command: 'demo' });
}
