import type { Command } from 'commander';
import {
  actingTarget,
  findPoolers,
  HTTP_SETTINGS,
  type Service,
  startService,
  WATCH_SETTINGS,
  type WatchLogLine,
} from '../../../app/index.ts';
import { type ExitCode, escapeControls, systemClock, unwrap } from '../../../kernel/index.ts';
import { type HttpServer, startHttpServer } from '../../http/index.ts';
import {
  aborted,
  type CommandContext,
  type CommonFlags,
  configure,
  type FlagSetting,
  packageVersion,
  targetsOf,
} from '../context.ts';
import { giveWay } from '../give-way.ts';
import { createProgressBar } from '../progress.ts';
import { preferSmallMemory } from '../small-memory.ts';

interface ServeFlags extends CommonFlags {
  readonly target?: readonly string[];
  readonly host?: string;
  readonly port?: string;
  readonly store?: string;
  readonly pgbouncer?: readonly string[];
  /** False with `--no-http`. */
  readonly http?: boolean;
}

/** Describes `pgsteward serve`. */
export function describeServe(command: Command): Command {
  return command
    .alias('watch')
    .summary('keep watching: history, dashboard, alerts')
    .description(
      'Watches one target or many until it is stopped: samples sessions each second, keeps the growth of all ' +
        'counters, and serves the dashboard. Without URLs it watches every [target.NAME] of the configuration file.',
    )
    .argument(
      '[urls...]',
      'connection URLs; without them the targets of the configuration file, or DATABASE_URL',
    )
    .option('--target <name...>', 'only these of the configuration file')
    .option('--host <address>', 'address to listen on (http.host)')
    .option('--port <number>', 'port to listen on, 0 for a free one (http.port)')
    .option('--store <url>', 'PostgreSQL that holds the history (store.url); embedded without')
    .option(
      '--pgbouncer <urls...>',
      'admin consoles of the PgBouncers in front of the target (target.pgbouncer)',
    )
    .option('--no-http', 'only watch: no dashboard and no API');
}

/** Runs `pgsteward serve`. */
export async function runServeCommand(
  context: CommandContext,
  urls: readonly string[],
  flags: ServeFlags,
): Promise<ExitCode> {
  preferSmallMemory();
  giveWay();
  const configuration = configure(context, flags, { flags: settingFlags(flags) });
  const targets = targetsOf(context, configuration, { command: 'serve', urls, names: flags.target });
  const { output, signal, environment } = context;
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  let service: Service | null = null;
  let server: HttpServer | null = null;
  try {
    service = await startService({
      targets,
      poolersOf: (name) => unwrap(findPoolers(configuration.settingsOf(name), environment)),
      actingTargetOf: (name) => unwrap(actingTarget(configuration.settingsOf(name), name, environment)),
      settings: configuration.settings,
      settingsOf: configuration.settingsOf,
      alertTables: configuration.alertTables,
      environment,
      version: packageVersion(),
      clock: systemClock,
      onProgress: progress.listener,
      log: (line) => output.note(logLine(line)),
      signal,
    });
    progress.end();
    server = flags.http === false ? null : await startHttpServer(service);
    const names = targets.map(({ name }) => name).join(', ');
    output.note(`watching ${escapeControls(names)}; history at ${service.store.address}`);
    if (server !== null) output.data(server.url);
    await aborted(signal);
    output.note('stopping: storing the last of what was read');
  } finally {
    progress.end();
    await server?.close();
    await service?.close();
  }
  return 0;
}

function settingFlags(flags: ServeFlags): readonly FlagSetting[] {
  const given: readonly (readonly [string, string, string | undefined])[] = [
    ['--host', HTTP_SETTINGS.host.key, flags.host],
    ['--port', HTTP_SETTINGS.port.key, flags.port],
    ['--store', 'store.url', flags.store],
    ['--pgbouncer', WATCH_SETTINGS.pgbouncer.key, flags.pgbouncer?.join(',')],
  ];
  return given.flatMap(([option, key, value]) => (value === undefined ? [] : [{ option, key, value }]));
}

function logLine({ level, target, message }: WatchLogLine): string {
  return `${new Date().toISOString()} ${level} ${escapeControls(target)}: ${escapeControls(message)}`;
}
