import type { Command } from 'commander';
import { APP_ERRORS, runIndexes, settingDefinitions } from '../../../app/index.ts';
import { type ExitCode, failure, formatDuration, systemClock } from '../../../kernel/index.ts';
import {
  type IndexReport,
  renderIndexesHtml,
  renderIndexesMarkdown,
  renderIndexesSql,
  renderIndexesText,
} from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, type FlagSetting, targetOf } from '../context.ts';
import { type Output, writeOutputFile } from '../output.ts';
import { createProgressBar } from '../progress.ts';
import { requireOneOf } from './audit.ts';

/** Forms of the advice. */
const FORMATS = ['text', 'json', 'sql', 'markdown', 'html'] as const;

type Format = (typeof FORMATS)[number];

const PROVIDERS = ['shadow', 'hypopg'] as const;

interface IndexesFlags extends CommonFlags {
  readonly target?: string;
  readonly statements?: readonly string[];
  readonly only?: boolean;
  readonly statistics?: string;
  readonly provider?: (typeof PROVIDERS)[number];
  readonly budget?: string;
  readonly maxIndexes?: string;
  readonly maxWidth?: string;
  readonly exclude?: readonly string[];
  readonly writeOverhead?: string;
  readonly timeLimit?: string;
  readonly limit?: string;
  readonly weights?: string;
  readonly drops?: boolean;
  readonly frontier?: boolean;
  readonly format?: Format;
  readonly output?: string;
  readonly verbose?: boolean;
}

/** Settings that options of this command stand for. */
const SETTINGS_OF_FLAGS: Readonly<
  Partial<Record<keyof IndexesFlags, readonly [option: string, key: string]>>
> = {
  budget: ['--budget', 'advise.indexes.storage-budget-bytes'],
  maxIndexes: ['--max-indexes', 'advise.indexes.maximum-indexes'],
  maxWidth: ['--max-width', 'advise.indexes.maximum-width'],
  writeOverhead: ['--write-overhead', 'advise.indexes.write-overhead-ratio'],
  timeLimit: ['--time-limit', 'advise.indexes.time-limit-ms'],
  limit: ['--limit', 'advise.indexes.statements-count'],
  weights: ['--weights', 'advise.indexes.weights'],
};

/** Time that the search has when nobody says otherwise. */
const SEARCH_TIME = formatDuration(
  Number(settingDefinitions.find(({ key }) => key === 'advise.indexes.time-limit-ms')?.default),
);

/** Describes `pgsteward indexes`. */
export function describeIndexes(command: Command): Command {
  return command
    .summary('find the best set of indexes for the workload')
    .description(
      'Searches the set of indexes that makes the whole workload cheapest within a storage budget, with real plans of ' +
        'a data-free copy of the target (schema and statistics only). Changes nothing on the target.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option(
      '--statements <file>',
      'a file of SQL statements to add to the workload; may be repeated',
      collect,
    )
    .option(
      '--only',
      'take the statements of the files alone, not those of pg_stat_statements; drops nothing',
    )
    .option(
      '--statistics <file>',
      'plan from a file of `pgsteward stats export`, without the target; needs --statements',
    )
    .option('--provider <provider>', `whose planner answers: ${PROVIDERS.join(', ')}`, 'shadow')
    .option('--budget <size>', 'storage for new indexes, such as 500MB (default: half of the tables read)')
    .option('--max-indexes <number>', 'most new indexes')
    .option('--max-width <number>', 'most key columns of an index')
    .option('--exclude <table>', 'a table to leave alone, schema.name; may be repeated', collect)
    .option('--write-overhead <ratio>', 'share of the savings that writes to new indexes may cost, 0 to 1')
    .option('--time-limit <duration>', `time for the search, such as 30s (default: ${SEARCH_TIME})`)
    .option('--limit <number>', 'statements of pg_stat_statements to look at')
    .option('--weights <kind>', 'what a statement counts: time (measured) or calls (times planned cost)')
    .option('--no-drops', 'propose no drops')
    .option('--frontier', 'draw benefit against size')
    .option('--format <format>', `form of the advice: ${FORMATS.join(', ')}`, 'text')
    .option('--output <file>', 'write the advice to a file instead of stdout')
    .option('--verbose', 'show every statement');
}

/** Runs `pgsteward indexes`. */
export async function runIndexesCommand(
  context: CommandContext,
  url: string | undefined,
  flags: IndexesFlags,
): Promise<ExitCode> {
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  requireOneOf({ command: 'indexes', option: '--format' }, format, FORMATS);
  const provider = flags.provider ?? 'shadow';
  requireOneOf({ command: 'indexes', option: '--provider' }, provider, PROVIDERS);
  const configuration = configure(context, flags, { flags: settingsOf(flags) });
  if (flags.only === true && flags.statements === undefined) {
    const reason = '--only needs --statements FILE: without one there is no workload';
    throw failure(APP_ERRORS.USAGE, { reason, command: 'indexes' });
  }
  const source =
    flags.statistics === undefined
      ? { target: targetOf(context, configuration, url, flags.target) }
      : { statisticsFile: requireStatements(flags.statistics, url, flags) };
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  let report: IndexReport;
  try {
    report = await runIndexes(source, {
      settings: 'target' in source ? configuration.settingsOf(source.target.name) : configuration.settings,
      provider,
      statementFiles: flags.statements ?? [],
      isFromFilesOnly: flags.only === true || flags.statistics !== undefined,
      clock: systemClock,
      onProgress: progress.listener,
      signal: context.signal,
    });
  } finally {
    progress.end();
  }
  const text = renderAdvice(report, format, context.output, flags);
  if (flags.output === undefined) context.output.data(text);
  else {
    writeOutputFile(flags.output, text);
    context.output.note(`advice written to ${flags.output}`);
  }
  return 0;
}

/** A file of statistics holds no statements and no hypopg. */
function requireStatements(file: string, url: string | undefined, flags: IndexesFlags): string {
  const reason =
    url !== undefined || flags.provider === 'hypopg'
      ? '--statistics plans without a target: leave the URL and --provider hypopg out'
      : flags.statements === undefined
        ? '--statistics needs --statements FILE: a file of statistics holds none'
        : null;
  if (reason !== null) throw failure(APP_ERRORS.USAGE, { reason, command: 'indexes' });
  return file;
}

/** Options are settings said for one run. */
function settingsOf(flags: IndexesFlags): readonly FlagSetting[] {
  const named = Object.entries(SETTINGS_OF_FLAGS).flatMap(([flag, [option, key]]) => {
    const value = flags[flag as keyof IndexesFlags];
    return typeof value === 'string' ? [{ option, key, value }] : [];
  });
  if (flags.budget !== undefined && Number.parseFloat(flags.budget) === 0) {
    const reason = '--budget 0 leaves no room for an index: leave it out for half of the tables read';
    throw failure(APP_ERRORS.USAGE, { reason, command: 'indexes' });
  }
  const excluded =
    flags.exclude === undefined
      ? []
      : [
          {
            option: '--exclude',
            key: 'advise.indexes.excluded-tables',
            value: flags.exclude.join(','),
          },
        ];
  const drops =
    flags.drops === false ? [{ option: '--no-drops', key: 'advise.indexes.drops', value: 'no' }] : [];
  return [...named, ...excluded, ...drops];
}

function renderAdvice(report: IndexReport, format: Format, output: Output, flags: IndexesFlags): string {
  switch (format) {
    case 'json':
      return JSON.stringify(report, null, 2);
    case 'sql':
      return renderIndexesSql(report);
    case 'markdown':
      return renderIndexesMarkdown(report);
    case 'html':
      return renderIndexesHtml(report);
    case 'text':
      return renderIndexesText(report, {
        color: output.color,
        width: output.width,
        hasFrontier: flags.frontier === true,
        verbose: flags.verbose === true,
      });
  }
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
