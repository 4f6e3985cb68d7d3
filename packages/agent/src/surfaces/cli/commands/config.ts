import type { Command } from 'commander';
import { APP_ERRORS, settingDefinitions } from '../../../app/index.ts';
import { type ExitCode, failure } from '../../../kernel/index.ts';
import { renderConfigText } from '../../../report/index.ts';
import { type AnySetting, environmentName, type Settings } from '../../../settings/index.ts';
import { type CommandContext, type CommonFlags, configure } from '../context.ts';

/** Describes `pgsteward config`. */
export function describeConfig(command: Command): Command {
  return command
    .summary('show the settings in force')
    .description('Shows each setting with its value and, with --origin, where the value came from.')
    .argument('[key]', 'only settings whose key contains this')
    .option('--origin', 'show where each value came from, its default and the source of the default');
}

/** Runs `pgsteward config`. */
export function runConfigCommand(
  context: CommandContext,
  key: string | undefined,
  flags: CommonFlags & { readonly origin?: boolean },
): Promise<ExitCode> {
  const { settings, file } = configure(context, flags);
  const shown = settingDefinitions.filter((setting) => setting.key.includes(key ?? ''));
  if (shown.length === 0) {
    throw failure(APP_ERRORS.USAGE, { reason: `no setting contains "${key ?? ''}"`, command: 'config' });
  }
  const rows = shown.map((setting) => ({
    key: setting.key,
    value: shownValue(setting, settings),
    unit: setting.unit,
    default: setting.default,
    origin: settings.origin(setting),
    environment: environmentName(setting.key),
    summary: setting.summary,
    source: setting.source,
  }));
  const { color, width } = context.output;
  context.output.data(
    flags.json === true
      ? JSON.stringify(rows, null, 2)
      : renderConfigText(rows, { color, width, origin: flags.origin === true }),
  );
  context.output.note(file === null ? 'no configuration file was found' : `configuration file: ${file}`);
  return Promise.resolve(0);
}

/** A password is no output, wherever that goes. */
function shownValue(setting: AnySetting, settings: Settings): unknown {
  const value = settings.get(setting);
  return setting.isSecret === true && value !== '' ? '(set, not shown)' : value;
}
