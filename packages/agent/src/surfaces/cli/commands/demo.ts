import type { Command } from 'commander';
import {
  APP_ERRORS,
  type Configuration,
  type Demo,
  demoThresholds,
  LIVE_DEMO_SETTINGS,
  type LiveDemo,
  runAudit,
  startDemo,
  startLiveDemo,
} from '../../../app/index.ts';
import {
  type ExitCode,
  failure,
  formatCount,
  formatDuration,
  systemClock,
  unwrap,
} from '../../../kernel/index.ts';
import { parseTarget } from '../../../postgres/index.ts';
import { type HttpServer, startHttpServer } from '../../http/index.ts';
import { aborted, type CommandContext, type CommonFlags, configure, packageVersion } from '../context.ts';
import { createProgressBar } from '../progress.ts';
import { FORMATS, renderAudit, requireOneOf } from './audit.ts';

interface DemoFlags extends CommonFlags {
  readonly scale: string;
  readonly sessions: string;
  readonly seconds: string;
  readonly keep?: boolean;
  readonly once?: boolean;
  readonly minutes?: string;
  readonly port?: string;
  readonly format?: (typeof FORMATS)[number];
  readonly verbose?: boolean;
}

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
/** Without a terminal nobody presses Ctrl-C. */
const UNATTENDED_MS = 10 * MS_PER_MINUTE;

/** Describes `pgsteward demo`. */
export function describeDemo(command: Command): Command {
  return command
    .summary('see it work on a built-in database')
    .description(
      'Starts an embedded PostgreSQL 18, loads a market-research database with planted faults, runs its ' +
        'workload, audits it, prints what it found, and then serves a live dashboard over the running workload, ' +
        'with two incidents to find. Needs no database of yours.',
    )
    .option('--scale <number>', '1 = 100,000 products and a million searches', '0.2')
    .option('--sessions <number>', 'sessions of the workload', '8')
    .option('--seconds <number>', 'how long the workload runs', '15')
    .option('--once', 'end after the report, without the dashboard; so does any format but text')
    .option('--minutes <number>', 'how long the dashboard stays up (until Ctrl-C; 10 without a terminal)')
    .option('--port <number>', 'port of the dashboard (http.port)')
    .option('--keep', 'keep the data for the next demo')
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
  const liveMs = liveTime(flags, format);
  const configuration = configure(context, flags, {
    flags: flags.port === undefined ? [] : [{ option: '--port', key: 'http.port', value: flags.port }],
    defaults: new Map([...demoThresholds(scale), ...LIVE_DEMO_SETTINGS]),
  });
  const { settings } = configuration;
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
    output.data(
      renderAudit(audit, format, output, {
        verbose: flags.verbose === true,
        ...(liveMs === 0 ? {} : { url: demo.url }),
      }),
    );
    if (liveMs === 0) output.note(nextSteps());
    else await stayLive(context, demo, { configuration, liveMs });
  } finally {
    progress.end();
    await demo?.close();
  }
  return 0;
}

/** How long the dashboard stays up, in milliseconds: without end in a terminal, not at all for a program. */
function liveTime(flags: DemoFlags, format: string): number {
  if (flags.once === true || format !== 'text') return 0;
  if (flags.minutes !== undefined) return positive('--minutes', flags.minutes, 100_000) * MS_PER_MINUTE;
  return process.stdout.isTTY === true ? Number.POSITIVE_INFINITY : UNATTENDED_MS;
}

/** Serves the dashboard until Ctrl-C, which here is the way to end and no failure. */
async function stayLive(
  context: CommandContext,
  demo: Demo,
  options: { readonly configuration: Configuration; readonly liveMs: number },
): Promise<void> {
  const { output, signal } = context;
  let live: LiveDemo | null = null;
  let server: HttpServer | null = null;
  try {
    live = await startLiveDemo(demo, {
      settings: options.configuration.settings,
      version: packageVersion(),
      clock: systemClock,
      signal,
      onIncident: (what) => output.note(`incident: ${what}`),
    });
    server = await startHttpServer(live.service, { isPortFlexible: true });
    output.note('');
    output.note(`the workload goes on, under watch: ${server.url}/t/demo/load?range=15m`);
    output.note('two incidents come within four minutes: can you find them there? Ctrl-C ends the demo');
    output.note(`in another terminal:  pgsteward queries '${demo.url}'`);
    await aborted(signal, options.liveMs);
  } catch (error) {
    // Ctrl-C while the history was being opened is the same way to end.
    if (!signal.aborted) throw error;
  } finally {
    await server?.close();
    await live?.close();
  }
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
    '      pgsteward demo                                   the same with a live dashboard',
  ].join('\n');
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
