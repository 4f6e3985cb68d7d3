import { type Command, CommanderError } from 'commander';
import { type ExitCode, PgstewardError } from '../../kernel/index.ts';
import { packageVersion } from './context.ts';
import { createOutput } from './output.ts';
import { buildProgram } from './program.ts';

const FORCED_EXIT_CODE = 130;

/**
 * Runs the command line of this process.
 * @returns the exit code: 0 done, 1 bug, 2 refused or precondition, 3 cancelled, 4 findings at or above --fail-on
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const abort = new AbortController();
  const onSignal = (): void => {
    // The second Ctrl-C does not wait for the server to confirm the cancellation.
    if (abort.signal.aborted) process.exit(FORCED_EXIT_CODE);
    abort.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', ignoreClosedPipe);
  let code: ExitCode = 0;
  const program = buildProgram({
    version: packageVersion(),
    environment: process.env,
    signal: abort.signal,
    onExit: (exit) => {
      code = exit;
    },
  });
  neverExit(program);
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    return report(error, argv);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** A command's subcommands throw like itself instead of ending the process. */
function neverExit(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) neverExit(sub);
}

function report(error: unknown, argv: readonly string[]): ExitCode {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
  }
  const output = createOutput({ color: !argv.includes('--no-color') }, process.env);
  if (error instanceof PgstewardError) {
    output.error(error);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`internal error: this is a bug of pgsteward, please report it\n${detail}\n`);
  return 1;
}

/** `pgsteward audit | head` ends early on purpose. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}
