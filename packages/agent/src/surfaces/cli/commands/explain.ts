import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { APP_ERRORS, runExplain } from '../../../app/index.ts';
import { type ExitCode, failure, parseDuration, systemClock } from '../../../kernel/index.ts';
import { type ExplainReport, renderExplainHtml, renderExplainText } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { writeOutputFile } from '../output.ts';
import { createProgressBar } from '../progress.ts';
import { requireOneOf } from './audit.ts';

interface ExplainFlags extends CommonFlags {
  readonly target?: string;
  readonly analyze?: boolean;
  readonly timeout: string;
  readonly param?: readonly string[];
  readonly withIndex?: readonly string[];
  readonly withoutIndex?: readonly string[];
  readonly provider: (typeof PROVIDERS)[number];
  readonly verify?: boolean;
  readonly statistics?: string;
  readonly html?: string;
}

const PROVIDERS = ['shadow', 'hypopg'] as const;

/** Describes `pgsteward explain`. */
export function describeExplain(command: Command): Command {
  return command
    .summary('show the plan of a statement, and what an index would change')
    .description(
      'Plans one statement on the target and shows the plan as a tree. Runs it only with --analyze, in a read-only ' +
        'transaction that is rolled back. Indexes are supposed in a data-free copy of the target.',
    )
    .argument('<statement>', 'SQL, a query id (see `pgsteward queries`), or a file with one statement')
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--analyze', 'run it and measure: read-only, rolled back, under --timeout')
    .option('--timeout <duration>', 'limit of the run', '30s')
    .option('--param <value>', 'value of $1, $2 …, in order; may be repeated', collect)
    .option('--with-index <sql>', 'suppose an index, "create index on …"; may be repeated', collect)
    .option('--without-index <name>', 'suppose an index to be dropped; may be repeated', collect)
    .option('--provider <provider>', `where indexes are supposed: ${PROVIDERS.join(', ')}`, 'shadow')
    .option(
      '--verify',
      'plan in the shadow and on the target, and show where they differ; with supposed indexes, hypopg there',
    )
    .option('--html <file>', 'write it as one self-contained page; - for stdout')
    .option('--statistics <file>', 'plan from a file of `pgsteward stats export`, without the target');
}

/** Runs `pgsteward explain`. */
export async function runExplainCommand(
  context: CommandContext,
  given: { readonly statement: string; readonly url: string | undefined },
  flags: ExplainFlags,
): Promise<ExitCode> {
  requireOneOf({ command: 'explain', option: '--provider' }, flags.provider, PROVIDERS);
  const timeoutMs = parseDuration(flags.timeout);
  if (timeoutMs === null || timeoutMs <= 0) {
    const reason = `--timeout takes a duration such as 30s, not "${flags.timeout}"`;
    throw failure(APP_ERRORS.USAGE, { reason, command: 'explain' });
  }
  if (flags.statistics !== undefined && (given.url !== undefined || flags.verify === true)) {
    const reason = '--statistics plans without a target: leave the URL and --verify out';
    throw failure(APP_ERRORS.USAGE, { reason, command: 'explain' });
  }
  const configuration = configure(context, flags);
  const source =
    flags.statistics === undefined
      ? { target: targetOf(context, configuration, given.url, flags.target) }
      : { statisticsFile: flags.statistics };
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  let report: ExplainReport;
  try {
    report = await runExplain(source, {
      statement: statementOf(given.statement),
      values: flags.param ?? [],
      isAnalyzed: flags.analyze === true,
      timeoutMs,
      withIndexes: flags.withIndex ?? [],
      withoutIndexes: flags.withoutIndex ?? [],
      provider: flags.provider,
      isVerified: flags.verify === true,
      settings: 'target' in source ? configuration.settingsOf(source.target.name) : configuration.settings,
      clock: systemClock,
      onProgress: progress.listener,
      signal: context.signal,
    });
  } finally {
    progress.end();
  }
  const { output } = context;
  if (flags.html !== undefined && flags.html !== '-') {
    writeOutputFile(flags.html, renderExplainHtml(report));
    output.note(`page written to ${flags.html}`);
    return 0;
  }
  if (flags.html === '-') {
    output.data(renderExplainHtml(report));
    return 0;
  }
  output.data(
    flags.json === true
      ? JSON.stringify(report, null, 2)
      : renderExplainText(report, { color: output.color, width: output.width }),
  );
  return 0;
}

/** Reads a file of that name where there is one; query ids and SQL are taken as they are. */
function statementOf(given: string): string {
  return !/^-?\d+$/.test(given.trim()) && existsSync(given) ? readFileSync(given, 'utf8') : given;
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
