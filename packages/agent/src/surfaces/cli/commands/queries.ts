import type { Command } from 'commander';
import { APP_ERRORS, openTarget, readStatements } from '../../../app/index.ts';
import { type ExitCode, failure, unwrap } from '../../../kernel/index.ts';
import {
  QUERY_ORDERS,
  type QueryOrder,
  renderQueriesMarkdown,
  renderQueriesText,
  sortQueries,
} from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { requireOneOf } from './audit.ts';

interface QueriesFlags extends CommonFlags {
  readonly target?: string;
  readonly by: QueryOrder;
  readonly limit: string;
  readonly format?: Format;
}

/** Forms of the list. */
const FORMATS = ['text', 'json', 'markdown'] as const;

type Format = (typeof FORMATS)[number];

const MAXIMUM_LIMIT = 5_000;

/** Describes `pgsteward queries`. */
export function describeQueries(command: Command): Command {
  return command
    .summary('list the statements that cost most')
    .description('Lists statements from pg_stat_statements since its last reset, the most expensive first.')
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--by <order>', `order by ${QUERY_ORDERS.join(', ')}`, 'total')
    .option('--limit <number>', 'how many', '20')
    .option('--format <format>', `form of the list: ${FORMATS.join(', ')}`, 'text');
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
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  const session = await openTarget(target, { settings: configuration.settings, signal: context.signal });
  try {
    const statements = unwrap(await readStatements(session));
    context.output.data(renderQueries(context, statements, { format, by: flags.by, limit }));
  } finally {
    await session.close();
  }
  return 0;
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
