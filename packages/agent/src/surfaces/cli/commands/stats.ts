import type { Command } from 'commander';
import {
  APP_ERRORS,
  describeStatistics,
  exportStatistics,
  openTarget,
  type StatisticsFile,
} from '../../../app/index.ts';
import { type ExitCode, failure, systemClock, unwrap } from '../../../kernel/index.ts';
import { renderStatisticsText } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { createProgressBar } from '../progress.ts';

interface ExportFlags extends CommonFlags {
  readonly target?: string;
  readonly output?: string;
  readonly redact?: boolean;
}

/** Describes `pgsteward stats`. */
export function describeStats(command: Command): Command {
  return command
    .summary('take the statistics of a database elsewhere, to plan there')
    .description(
      'Writes what a planner needs of a database to a file: schema, statistics, sizes and settings, none of its rows.',
    );
}

/** Describes `pgsteward stats export`. */
export function describeStatsExport(command: Command): Command {
  return command
    .summary('write schema and statistics of a target to a file')
    .description(
      'Reads the catalogues of a target, and the ends of indexed columns, and writes them to a file that only its owner may read. Statistics hold values of rows, unless --redact leaves them out.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .requiredOption('--output <file>', 'file to write; compressed when its name ends in .gz')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--redact', 'leave values of rows out; plans are then less like those of the target');
}

/** Describes `pgsteward stats show`. */
export function describeStatsShow(command: Command): Command {
  return command
    .summary('say what a file of statistics holds')
    .description('Reads a file that `pgsteward stats export` wrote and counts what is in it; shows no value.')
    .argument('<file>', 'file to read');
}

/** Runs `pgsteward stats export`. */
export async function runStatsExportCommand(
  context: CommandContext,
  url: string | undefined,
  flags: ExportFlags,
): Promise<ExitCode> {
  const { output: file, redact = false, quiet = false } = flags;
  if (file === undefined || file === '') {
    throw failure(APP_ERRORS.USAGE, { reason: '--output takes the name of a file', command: 'stats export' });
  }
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  if (!redact) {
    context.output.note(
      'statistics hold values of rows: the file gets most common values, histogram bounds and ends of indexed columns; --redact leaves them out',
    );
  }
  const session = await openTarget(target, {
    settings: configuration.settingsOf(target.name),
    signal: context.signal,
  });
  const progress = createProgressBar(process.stderr, quiet);
  try {
    const { listener: onProgress } = progress;
    const options = { file, isRedacted: redact, clock: systemClock, onProgress };
    const written = unwrap(await exportStatistics(session, options));
    progress.end();
    show(context, flags, written);
  } finally {
    progress.end();
    await session.close();
  }
  return 0;
}

/** Runs `pgsteward stats show`. */
export async function runStatsShowCommand(
  context: CommandContext,
  file: string,
  flags: CommonFlags,
): Promise<ExitCode> {
  show(context, flags, unwrap(await describeStatistics(file)));
  return 0;
}

function show({ output }: CommandContext, flags: CommonFlags, described: StatisticsFile): void {
  output.data(
    flags.json === true
      ? JSON.stringify(described, null, 2)
      : renderStatisticsText(described, { color: output.color, width: output.width }),
  );
}
