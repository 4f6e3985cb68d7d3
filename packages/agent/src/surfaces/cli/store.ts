import { type Configuration, type Home, joinHome } from '../../app/index.ts';
import { type ExitCode, systemClock } from '../../kernel/index.ts';
import { type CommandContext, type CommonFlags, configure } from './context.ts';

/** Runs a command's work with the store: the daemon's own where one runs. */
export async function withStore(
  context: CommandContext,
  flags: CommonFlags,
  work: (home: Home, configuration: Configuration) => Promise<ExitCode>,
): Promise<ExitCode> {
  const configuration = configure(context, flags);
  const { environment, signal } = context;
  const home = await joinHome({ settings: configuration.settings, environment, clock: systemClock, signal });
  try {
    return await work(home, configuration);
  } finally {
    await home.close();
  }
}

/** Writes an answer: as JSON where that was asked for, else as text. */
export function show(
  context: CommandContext,
  flags: CommonFlags,
  value: unknown,
  render: () => string,
): void {
  context.output.data(flags.json === true ? JSON.stringify(value, null, 2) : render());
}
