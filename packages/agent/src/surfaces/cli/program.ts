import { Command } from 'commander';
import type { ExitCode } from '../../kernel/index.ts';
import { describeAudit, runAuditCommand } from './commands/audit.ts';
import { describeConfig, runConfigCommand } from './commands/config.ts';
import { describeDemo, runDemoCommand } from './commands/demo.ts';
import { describeDoctor, runDoctorCommand } from './commands/doctor.ts';
import { describeExplain, runExplainCommand } from './commands/explain.ts';
import { describeIndexes, runIndexesCommand } from './commands/indexes.ts';
import { describeQueries, runQueriesCommand } from './commands/queries.ts';
import { describeRole, runRoleCommand } from './commands/role.ts';
import {
  describeStats,
  describeStatsExport,
  describeStatsShow,
  runStatsExportCommand,
  runStatsShowCommand,
} from './commands/stats.ts';
import type { CommandContext } from './context.ts';
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
  const add = (name: string, describe: (command: Command) => Command): Command =>
    withCommonOptions(describe(program.command(name)));
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
  addStats(program, run);
  add('doctor', describeDoctor).action((url, flags) =>
    run(flags, (context) => runDoctorCommand(context, url, flags)),
  );
  add('role', describeRole).action((flags) => run(flags, (context) => runRoleCommand(context, flags)));
  add('config', describeConfig).action((key, flags) =>
    run(flags, (context) => runConfigCommand(context, key, flags)),
  );
  return program;
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
