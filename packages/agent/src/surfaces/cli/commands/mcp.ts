import type { Command } from 'commander';
import { actingTarget, carryOut } from '../../../app/index.ts';
import { type ExitCode, silentProgress, systemClock, unwrap } from '../../../kernel/index.ts';
import { type CommandContext, type CommonFlags, packageVersion, targetsOf } from '../context.ts';
import { withStore } from '../store.ts';

interface McpFlags extends CommonFlags {
  readonly target?: readonly string[];
}

/** Describes `pgsteward mcp`. */
export function describeMcp(command: Command): Command {
  return command
    .summary('answer a language model over standard input and output (MCP)')
    .description(
      'A server of the Model Context Protocol for one client, which starts it. It reads the history that the daemon ' +
        'keeps and reads targets with their reading role; it proposes changes and applies one only with a token that a ' +
        'person made with `approve --token`. The daemon answers the same at /mcp.',
    )
    .argument(
      '[urls...]',
      'connection URLs; without them the targets of the configuration file, or DATABASE_URL',
    )
    .option('--target <name...>', 'only these of the configuration file');
}

/** Runs `pgsteward mcp`. */
export function runMcpCommand(
  context: CommandContext,
  urls: readonly string[],
  flags: McpFlags,
): Promise<ExitCode> {
  const { environment, signal } = context;
  return withStore(context, flags, async ({ store }, configuration) => {
    const targets = targetsOf(context, configuration, { command: 'mcp', urls, names: flags.target });
    const { settings, settingsOf } = configuration;
    // Loaded by this command alone: it takes longer than all that the others need.
    const { serveMcp } = await import('../../mcp/index.ts');
    await serveMcp(
      {
        store,
        settings,
        clock: systemClock,
        version: packageVersion(),
        actor: 'mcp',
        targets: targets.map((connection) => ({ connection, settings: settingsOf(connection.name) })),
        isWatching: false,
        async carryOut(action, { connection: target, settings: own }, cancelled) {
          const acting = unwrap(actingTarget(own, target.name, environment));
          // Without an acting role here, the daemon goes on with it.
          if (acting === null) return action;
          const options = { store, settings: own, clock: systemClock, target, actingTarget: acting };
          return carryOut(action, { ...options, onProgress: silentProgress, signal: cancelled });
        },
      },
      signal,
    );
    return 0;
  });
}
