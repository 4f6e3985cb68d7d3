import type { Command } from 'commander';
import {
  APP_ERRORS,
  openTarget,
  type QueryAdviceOptions,
  readStatements,
  runQueryAdvice,
} from '../../../app/index.ts';
import { type ExitCode, failure, systemClock, unwrap } from '../../../kernel/index.ts';
import {
  QUERY_ORDERS,
  type QueryAdviceReport,
  type QueryOrder,
  renderQueriesMarkdown,
  renderQueriesText,
  renderQueryAdviceMarkdown,
  renderQueryAdviceText,
  sortQueries,
} from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { createProgressBar } from '../progress.ts';
import { requireOneOf } from './audit.ts';

interface QueriesFlags extends CommonFlags {
  readonly target?: string;
  readonly by: QueryOrder;
  readonly limit: string;
  readonly format?: Format;
  readonly advice?: boolean;
  readonly check?: boolean;
  readonly statements?: readonly string[];
}

/** Forms of the list. */
const FORMATS = ['text', 'json', 'markdown'] as const;

type Format = (typeof FORMATS)[number];

const MAXIMUM_LIMIT = 5_000;

/** Describes `pgsteward queries`. */
export function describeQueries(command: Command): Command {
  return command
    .summary('list the statements that cost most, and how to write them better')
    .description(
      'Lists statements from pg_stat_statements since its last reset, the most expensive first. With --advice it rewrites ' +
        'those with the most time by fixed rules and plans each beside the original.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--by <order>', `order by ${QUERY_ORDERS.join(', ')}`, 'total')
    .option('--limit <number>', 'how many', '20')
    .option('--format <format>', `form of the list: ${FORMATS.join(', ')}`, 'text')
    .option('--advice', 'rewrite them, with planned costs before and after')
    .option(
      '--check',
      'with --advice: run each rewrite beside the original, in one read-only transaction, and compare the rows',
    )
    .option(
      '--statements <file>',
      'with --advice: a file of SQL statements to look at too; may be repeated',
      collect,
    );
}

/** Runs `pgsteward queries`. */
export async function runQueriesCommand(
  context: CommandContext,
  url: string | undefined,
  flags: QueriesFlags,
): Promise<ExitCode> {
  requireOneOf({ command: 'queries', option: '--by' }, flags.by, QUERY_ORDERS);
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  requireOneOf({ command: 'queries', option: '--format' }, format, FORMATS);
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT) {
    const reason = `--limit takes a whole number from 1 to ${MAXIMUM_LIMIT}, not "${flags.limit}"`;
    throw failure(APP_ERRORS.USAGE, { reason, command: 'queries' });
  }
  if (flags.advice !== true && (flags.check === true || flags.statements !== undefined)) {
    const option = flags.check === true ? '--check' : '--statements';
    throw failure(APP_ERRORS.USAGE, { reason: `${option} needs --advice`, command: 'queries' });
  }
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  const settings = configuration.settingsOf(target.name);
  if (flags.advice === true) {
    await adviseQueries(context, target, { flags, format, limit, settings });
    return 0;
  }
  const session = await openTarget(target, { settings, signal: context.signal });
  try {
    const statements = unwrap(await readStatements(session));
    context.output.data(renderQueries(context, statements, { format, by: flags.by, limit }));
  } finally {
    await session.close();
  }
  return 0;
}

interface AdviceRequest {
  readonly flags: QueriesFlags;
  readonly format: Format;
  readonly limit: number;
  readonly settings: QueryAdviceOptions['settings'];
}

async function adviseQueries(
  { output, signal }: CommandContext,
  target: Parameters<typeof runQueryAdvice>[0],
  { flags, format, limit, settings }: AdviceRequest,
): Promise<void> {
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  let report: QueryAdviceReport;
  try {
    report = await runQueryAdvice(target, {
      limit,
      statementFiles: flags.statements ?? [],
      isChecked: flags.check === true,
      settings,
      clock: systemClock,
      onProgress: progress.listener,
      signal,
    });
  } finally {
    progress.end();
  }
  switch (format) {
    case 'json':
      output.data(JSON.stringify(report, null, 2));
      return;
    case 'markdown':
      output.data(renderQueryAdviceMarkdown(report));
      return;
    case 'text':
      output.data(renderQueryAdviceText(report, { color: output.color, width: output.width }));
  }
}

function renderQueries(
  { output }: CommandContext,
  statements: Parameters<typeof sortQueries>[0],
  options: { readonly format: Format; readonly by: QueryOrder; readonly limit: number },
): string {
  const { format, by, limit } = options;
  switch (format) {
    case 'json':
      return JSON.stringify(sortQueries(statements, by).slice(0, limit), null, 2);
    case 'markdown':
      return renderQueriesMarkdown(statements, { by, limit });
    case 'text':
      return renderQueriesText(statements, { by, limit, color: output.color, width: output.width });
  }
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
