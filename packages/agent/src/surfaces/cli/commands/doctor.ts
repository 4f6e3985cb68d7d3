import type { Command } from 'commander';
import { examine, examinePooler, findPoolers, openTarget } from '../../../app/index.ts';
import { type ExitCode, systemClock, unwrap } from '../../../kernel/index.ts';
import { renderDoctorText } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';

/** Describes `pgsteward doctor`. */
export function describeDoctor(command: Command): Command {
  return command
    .summary('say what pgsteward can see, and what each missing piece would add')
    .description('Examines the connection, the role and the extensions of a target.')
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file');
}

/** Runs `pgsteward doctor`. */
export async function runDoctorCommand(
  context: CommandContext,
  url: string | undefined,
  flags: CommonFlags & { readonly target?: string },
): Promise<ExitCode> {
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  const settings = configuration.settingsOf(target.name);
  const poolers = unwrap(findPoolers(settings, context.environment));
  const session = await openTarget(target, { settings, signal: context.signal });
  try {
    const items = [
      ...(await examine(session)),
      ...(await Promise.all(poolers.map((one) => examinePooler(one, { settings, clock: systemClock })))),
    ];
    const { color, width } = context.output;
    context.output.data(
      flags.json === true ? JSON.stringify(items, null, 2) : renderDoctorText(items, { color, width }),
    );
  } finally {
    await session.close();
  }
  return 0;
}
