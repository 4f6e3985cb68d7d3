import type { Command } from 'commander';
import { APP_ERRORS, openTarget, readStatements } from '../../../app/index.ts';
import { type ExitCode, failure, unwrap } from '../../../kernel/index.ts';
import { QUERY_ORDERS, type QueryOrder, renderQueriesText, sortQueries } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { requireOneOf } from './audit.ts';

interface QueriesFlags extends CommonFlags {
  readonly target?: string;
  readonly by: QueryOrder;
  readonly limit: string;
}

const MAXIMUM_LIMIT = 5_000;

/** Describes `pgsteward queries`. */
export function describeQueries(command: Command): Command {
  return command
    .summary('list the statements that cost most')
    .description('Lists statements from pg_stat_statements since its last reset, the most expensive first.')
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--by <order>', `order by ${QUERY_ORDERS.join(', ')}`, 'total')
    .option('--limit <number>', 'how many', '20');
}

/** Runs `pgsteward queries`. */
export async function runQueriesCommand(
  context: CommandContext,
  url: string | undefined,
  flags: QueriesFlags,
): Promise<ExitCode> {
  requireOneOf({ command: 'queries', option: '--by' }, flags.by, QUERY_ORDERS);
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
    const { color, width } = context.output;
    context.output.data(
      flags.json === true
        ? JSON.stringify(sortQueries(statements, flags.by).slice(0, limit), null, 2)
        : renderQueriesText(statements, { by: flags.by, limit, color, width }),
    );
  } finally {
    await session.close();
  }
  return 0;
}
