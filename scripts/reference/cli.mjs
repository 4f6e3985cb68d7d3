/** cli.md: the help of every command, as the program prints it. */
import { fence, page } from './markdown.mjs';

const WIDTH = 100;

/** Renders cli.md from commander's program. */
export function cliPage({ program }) {
  const help = (command) => {
    command.configureHelp({ ...command.configureHelp(), helpWidth: WIDTH });
    return fence('text', command.helpInformation());
  };
  return page(
    'Command line',
    'Results go to stdout, progress and hints to stderr. Exit codes: 0 done, 1 a bug, 2 refused or a precondition does not hold, 3 cancelled, 4 done with findings at or above `--fail-on`.',
    [
      help(program),
      ...program.commands.flatMap((command) => [
        `## pgsteward ${command.name()}\n\n${help(command)}`,
        ...command.commands.map((sub) => `### pgsteward ${command.name()} ${sub.name()}\n\n${help(sub)}`),
      ]),
    ],
  );
}
