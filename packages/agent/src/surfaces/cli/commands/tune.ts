import type { Command } from 'commander';
import { APP_ERRORS, findHome, runTune, settingDefinitions } from '../../../app/index.ts';
import { type ExitCode, failure, formatDuration, systemClock } from '../../../kernel/index.ts';
import type { ConnectionTarget } from '../../../postgres/index.ts';
import { renderPgbouncerIni, renderTuneSql, renderTuneText, type TuneReport } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, type FlagSetting, targetOf } from '../context.ts';
import { createProgressBar } from '../progress.ts';
import { requireOneOf } from './audit.ts';

interface TuneFlags extends CommonFlags {
  readonly target?: string;
  readonly memory?: string;
  readonly cpus?: string;
  readonly storage?: string;
  readonly disk?: string;
  readonly observe?: string;
  readonly history?: boolean;
  readonly sql?: boolean;
  readonly pgbouncerIni?: boolean;
}

const STORAGES = ['ssd', 'hdd'] as const;

const OBSERVE_MS = Number(settingDefinitions.find(({ key }) => key === 'advise.tune.observe-ms')?.default);

/** Settings that options of this command stand for. */
const SETTINGS_OF_FLAGS: Readonly<Partial<Record<keyof TuneFlags, readonly [option: string, key: string]>>> =
  {
    memory: ['--memory', 'target.memory-bytes'],
    cpus: ['--cpus', 'target.cpus'],
    storage: ['--storage', 'target.storage'],
    disk: ['--disk', 'target.disk-bytes'],
    observe: ['--observe', 'advise.tune.observe-ms'],
  };

/** Describes `pgsteward tune`. */
export function describeTune(command: Command): Command {
  return command
    .summary('find the settings that the workload asks for')
    .description(
      'Derives server settings, autovacuum parameters of large tables and pool sizes from the measured workload: from the ' +
        "daemon's history, else from the counters and a short watch. Changes nothing on the target. What a connection " +
        'cannot tell of the machine is said with --memory, --cpus, --storage and --disk, or in [target.NAME].',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--memory <size>', "memory of the target's machine, such as 16GB")
    .option('--cpus <number>', "processors of the target's machine")
    .option('--storage <kind>', `what the data lie on: ${STORAGES.join(', ')}`)
    .option('--disk <size>', 'size that the database may reach')
    .option(
      '--observe <duration>',
      `how long to watch a target without a history (default: ${formatDuration(OBSERVE_MS)}; 0 for not at all)`,
    )
    .option('--no-history', "leave the daemon's history out")
    .option('--sql', 'write the SQL, with its undo as comments')
    .option('--pgbouncer-ini', 'write a pgbouncer.ini with the pools that the workload asks for');
}

/** Runs `pgsteward tune`. */
export async function runTuneCommand(
  context: CommandContext,
  url: string | undefined,
  flags: TuneFlags,
): Promise<ExitCode> {
  if (flags.storage !== undefined) {
    requireOneOf({ command: 'tune', option: '--storage' }, flags.storage, STORAGES);
  }
  const configuration = configure(context, flags, { flags: settingsOf(flags) });
  const target = targetOf(context, configuration, url, flags.target);
  const settings = configuration.settingsOf(target.name);
  const { environment, signal } = context;
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  const isHistoryWanted = flags.history !== false;
  const home = isHistoryWanted
    ? await findHome({ settings: configuration.settings, environment, clock: systemClock, signal })
    : null;
  let report: TuneReport;
  try {
    report = await runTune(target, {
      settings,
      store: home?.store ?? null,
      clock: systemClock,
      onProgress: progress.listener,
      signal,
    });
  } finally {
    progress.end();
    await home?.close();
  }
  context.output.data(render(report, { context, target, flags }));
  return 0;
}

/** Options are settings said for one run. */
function settingsOf(flags: TuneFlags): readonly FlagSetting[] {
  return Object.entries(SETTINGS_OF_FLAGS).flatMap(([flag, [option, key]]) => {
    const value = flags[flag as keyof TuneFlags];
    return typeof value === 'string' ? [{ option, key, value }] : [];
  });
}

interface Rendering {
  readonly context: CommandContext;
  readonly target: ConnectionTarget;
  readonly flags: TuneFlags;
}

function render(report: TuneReport, { context, target, flags }: Rendering): string {
  if (flags.json === true) return JSON.stringify(report, null, 2);
  if (flags.sql === true) return renderTuneSql(report);
  if (flags.pgbouncerIni !== true) {
    return renderTuneText(report, { color: context.output.color, width: context.output.width });
  }
  const { host = 'localhost', port = 5432 } = target.config;
  const ini = renderPgbouncerIni(report, { host, port });
  if (ini !== null) return ini;
  const reason = 'the target is reached through a pooler in transaction mode already: give a direct address';
  throw failure(APP_ERRORS.USAGE, { reason, command: 'tune' });
}
