import { Command } from 'commander';
import type { ExitCode } from '../../kernel/index.ts';
import {
  describeApply,
  describeApprove,
  describeLedger,
  describeReject,
  describeUndo,
  runApplyCommand,
  runApproveCommand,
  runLedgerCommand,
  runRejectCommand,
  runUndoCommand,
} from './commands/act.ts';
import {
  describeAlertDryRun,
  describeAlertRules,
  describeAlertSilence,
  describeAlerts,
  describeAlertTest,
  describeAlertUnsilence,
  runAlertDryRunCommand,
  runAlertRulesCommand,
  runAlertSilenceCommand,
  runAlertsCommand,
  runAlertTestCommand,
  runAlertUnsilenceCommand,
} from './commands/alerts.ts';
import { describeAudit, runAuditCommand } from './commands/audit.ts';
import { describeCache } from './commands/cache.ts';
import { describeCacheAdvise, runCacheAdviseCommand } from './commands/cache-advise.ts';
import { describeCacheStatus, runCacheStatusCommand } from './commands/cache-status.ts';
import { describeCacheWorker, runCacheWorkerCommand } from './commands/cache-worker.ts';
import { describeConfig, runConfigCommand } from './commands/config.ts';
import { describeDemo, runDemoCommand } from './commands/demo.ts';
import { describeDoctor, runDoctorCommand } from './commands/doctor.ts';
import { describeExplain, runExplainCommand } from './commands/explain.ts';
import { describeIndexes, runIndexesCommand } from './commands/indexes.ts';
import { describeMcp, runMcpCommand } from './commands/mcp.ts';
import { describeQueries, runQueriesCommand } from './commands/queries.ts';
import { describeRole, runRoleCommand } from './commands/role.ts';
import { describeServe, runServeCommand } from './commands/serve.ts';
import {
  describeStats,
  describeStatsExport,
  describeStatsShow,
  runStatsExportCommand,
  runStatsShowCommand,
} from './commands/stats.ts';
import { describeTop, runTopCommand } from './commands/top.ts';
import { describeTune, runTuneCommand } from './commands/tune.ts';
import type { CommandContext, CommonFlags } from './context.ts';
import { createOutput, type OutputFlags } from './output.ts';

/** What a run of the program needs from its process. */
export interface ProgramOptions {
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Receives the exit code of the command that ran. */
  readonly onExit: (code: ExitCode) => void;
}

/** Builds the command line: the table of commands, their options and what runs them. */
export function buildProgram(options: ProgramOptions): Command {
  const program = new Command('pgsteward')
    .description('An autonomous performance agent for PostgreSQL: finds what holds a database back.')
    .version(options.version, '--version', 'print the version')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .showHelpAfterError('run with --help to see the options')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
  const add: Add = (name, describe) => withCommonOptions(describe(program.command(name)));
  const run: Run = async (flags, work) => {
    const output = createOutput(flags, options.environment);
    options.onExit(await work({ output, environment: options.environment, signal: options.signal }));
  };
  add('demo', describeDemo).action((flags) => run(flags, (context) => runDemoCommand(context, flags)));
  add('audit', describeAudit).action((url, flags) =>
    run(flags, (context) => runAuditCommand(context, url, flags)),
  );
  add('queries', describeQueries).action((url, flags) =>
    run(flags, (context) => runQueriesCommand(context, url, flags)),
  );
  add('explain', describeExplain).action((statement, url, flags) =>
    run(flags, (context) => runExplainCommand(context, { statement, url }, flags)),
  );
  add('indexes', describeIndexes).action((url, flags) =>
    run(flags, (context) => runIndexesCommand(context, url, flags)),
  );
  add('tune', describeTune).action((url, flags) =>
    run(flags, (context) => runTuneCommand(context, url, flags)),
  );
  addStats(program, run);
  addCache(program, run);
  add('serve', describeServe).action((urls, flags) =>
    run(flags, (context) => runServeCommand(context, urls, flags)),
  );
  add('mcp', describeMcp).action((urls, flags) =>
    run(flags, (context) => runMcpCommand(context, urls, flags)),
  );
  add('top', describeTop).action((url, flags) => run(flags, (context) => runTopCommand(context, url, flags)));
  addAlerts(program, run);
  addActions(add, run);
  add('doctor', describeDoctor).action((url, flags) =>
    run(flags, (context) => runDoctorCommand(context, url, flags)),
  );
  add('role', describeRole).action((flags) => run(flags, (context) => runRoleCommand(context, flags)));
  add('config', describeConfig).action((key, flags) =>
    run(flags, (context) => runConfigCommand(context, key, flags)),
  );
  return program;
}

/** Adds a command and the options that all share. */
type Add = (name: string, describe: (command: Command) => Command) => Command;

function addActions(add: Add, run: Run): void {
  add('apply', describeApply).action((id, flags) =>
    run(flags, (context) => runApplyCommand(context, id, flags)),
  );
  add('approve', describeApprove).action((id, flags) =>
    run(flags, (context) => runApproveCommand(context, id, flags)),
  );
  add('reject', describeReject).action((id, flags) =>
    run(flags, (context) => runRejectCommand(context, id, flags)),
  );
  add('undo', describeUndo).action((id, flags) =>
    run(flags, (context) => runUndoCommand(context, id, flags)),
  );
  add('ledger', describeLedger).action((id, flags) =>
    run(flags, (context) => runLedgerCommand(context, id, flags)),
  );
}

/** Runs a command's work with what its flags say about output. */
type Run = (flags: OutputFlags, work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

function addStats(program: Command, run: Run): void {
  const stats = describeStats(program.command('stats'));
  withCommonOptions(describeStatsExport(stats.command('export'))).action((url, flags) =>
    run(flags, (context) => runStatsExportCommand(context, url, flags)),
  );
  withCommonOptions(describeStatsShow(stats.command('show'))).action((file, flags) =>
    run(flags, (context) => runStatsShowCommand(context, file, flags)),
  );
}

function addCache(program: Command, run: Run): void {
  const cache = describeCache(program.command('cache'));
  withCommonOptions(describeCacheAdvise(cache.command('advise'))).action((url, flags) =>
    run(flags, (context) => runCacheAdviseCommand(context, url, flags)),
  );
  withCommonOptions(describeCacheStatus(cache.command('status'))).action((url, flags) =>
    run(flags, (context) => runCacheStatusCommand(context, url, flags)),
  );
  withCommonOptions(describeCacheWorker(cache.command('worker'))).action((url, flags) =>
    run(flags, (context) => runCacheWorkerCommand(context, url, flags)),
  );
}

function addAlerts(program: Command, run: Run): void {
  const alerts = withCommonOptions(describeAlerts(program.command('alerts')));
  alerts.action((flags) => run(flags, (context) => runAlertsCommand(context, flags)));
  withCommonOptions(describeAlertRules(alerts.command('rules'))).action((_, command: Command) => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return run(flags, (context) => runAlertRulesCommand(context, flags));
  });
  withCommonOptions(describeAlertTest(alerts.command('test'))).action((channel, _, command: Command) => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return run(flags, (context) => runAlertTestCommand(context, channel, flags));
  });
  withCommonOptions(describeAlertDryRun(alerts.command('dry-run'))).action((rule, _, command: Command) => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return run(flags, (context) => runAlertDryRunCommand(context, rule, flags));
  });
  withCommonOptions(describeAlertSilence(alerts.command('silence'))).action(
    (matchers, _, command: Command) => {
      const flags = command.optsWithGlobals<CommonFlags>();
      return run(flags, (context) => runAlertSilenceCommand(context, matchers, flags));
    },
  );
  withCommonOptions(describeAlertUnsilence(alerts.command('unsilence'))).action((id, _, command: Command) => {
    const flags = command.optsWithGlobals<CommonFlags>();
    return run(flags, (context) => runAlertUnsilenceCommand(context, id, flags));
  });
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'write JSON to stdout')
    .option('--quiet', 'no progress and no hints on stderr')
    .option('--no-color', 'no colour')
    .option(
      '--config <file>',
      'configuration file (default: pgsteward.toml here, then in ~/.config/pgsteward)',
    )
    .option('--set <key=value>', 'set one setting; may be repeated', collect);
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
