import type { Command } from 'commander';
import { findHome, runCacheAdvice, settingDefinitions } from '../../../app/index.ts';
import { type ExitCode, formatDuration, systemClock } from '../../../kernel/index.ts';
import {
  type CacheAdviceReport,
  renderCacheAdviceMarkdown,
  renderCacheAdviceText,
} from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { type Output, writeOutputFile } from '../output.ts';
import { createProgressBar } from '../progress.ts';
import { requireOneOf } from './audit.ts';

/** Forms of the advice. */
const FORMATS = ['text', 'json', 'markdown'] as const;

type Format = (typeof FORMATS)[number];

interface AdviseFlags extends CommonFlags {
  readonly target?: string;
  readonly window?: string;
  readonly staleness?: string;
  readonly history?: boolean;
  readonly format?: Format;
  readonly output?: string;
  readonly verbose?: boolean;
}

const defaultOf = (key: string): string =>
  formatDuration(Number(settingDefinitions.find((one) => one.key === key)?.default));

const WINDOW = 'advise.caching.window-ms';
const STALENESS = 'advise.caching.accepted-staleness-ms';

/** Describes `pgsteward cache advise`. */
export function describeCacheAdvise(command: Command): Command {
  return command
    .summary('find what to cache, for how long, and what drops it')
    .description(
      'Judges which reads are worth a cache: how often the same result is asked for, how often its tables change, what it ' +
        'saves and what it takes; and says so where an index, a materialized view, a rewrite or a replica serves better. ' +
        "From the daemon's history, else from the counters since their reset. Changes nothing on the target.",
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--window <duration>', `how far back the history is read (default: ${defaultOf(WINDOW)})`)
    .option(
      '--staleness <duration>',
      `how old an answer may be where only time ends it (default: ${defaultOf(STALENESS)})`,
    )
    .option('--no-history', "leave the daemon's history out")
    .option('--format <format>', `form of the advice: ${FORMATS.join(', ')}`, 'text')
    .option('--output <file>', 'write the advice to a file instead of stdout')
    .option('--verbose', 'show every statement that is better not cached');
}

/** Runs `pgsteward cache advise`. */
export async function runCacheAdviseCommand(
  context: CommandContext,
  url: string | undefined,
  flags: AdviseFlags,
): Promise<ExitCode> {
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  requireOneOf({ command: 'cache advise', option: '--format' }, format, FORMATS);
  const configuration = configure(context, flags, {
    flags: [
      { option: '--window', key: WINDOW, value: flags.window },
      { option: '--staleness', key: STALENESS, value: flags.staleness },
    ].flatMap(({ value, ...one }) => (value === undefined ? [] : [{ ...one, value }])),
  });
  const target = targetOf(context, configuration, url, flags.target);
  const { environment, signal } = context;
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  const home =
    flags.history === false
      ? null
      : await findHome({ settings: configuration.settings, environment, clock: systemClock, signal });
  let report: CacheAdviceReport;
  try {
    report = await runCacheAdvice(target, {
      settings: configuration.settingsOf(target.name),
      store: home?.store ?? null,
      clock: systemClock,
      onProgress: progress.listener,
      signal,
    });
  } finally {
    progress.end();
    await home?.close();
  }
  const text = render(report, format, context.output, flags.verbose === true);
  if (flags.output === undefined) context.output.data(text);
  else {
    writeOutputFile(flags.output, text);
    context.output.note(`advice written to ${flags.output}`);
  }
  return 0;
}

function render(report: CacheAdviceReport, format: Format, output: Output, verbose: boolean): string {
  switch (format) {
    case 'json':
      return JSON.stringify(report, null, 2);
    case 'markdown':
      return renderCacheAdviceMarkdown(report);
    case 'text':
      return renderCacheAdviceText(report, { color: output.color, width: output.width, verbose });
  }
}
