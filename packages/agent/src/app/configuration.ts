import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failed, type Result, success } from '../kernel/index.ts';
import { type ConnectionTarget, resolveTarget } from '../postgres/index.ts';
import {
  type ConfigFile,
  type GivenFlag,
  readConfigFile,
  resolveSettings,
  type Settings,
} from '../settings/index.ts';
import { settingDefinitions } from './registries.ts';

/** What a command line says about configuration. */
export interface ConfigurationInputs {
  /** Value of `--config`. */
  readonly file?: string | undefined;
  /** Values of `--set key=value` and of options that stand for a setting, by its key. */
  readonly overrides: ReadonlyMap<string, GivenFlag>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Settings and named targets as they are in force. */
export interface Configuration {
  readonly settings: Settings;
  readonly targets: ReadonlyMap<string, string>;
  /** Configuration file that was read; null when there is none. */
  readonly file: string | null;
}

/**
 * Reads the configuration: `--config`, else PGSTEWARD_CONFIG, else `pgsteward.toml` here, else in the user's
 * configuration directory.
 * @param defaults values that a command puts below everything the user says, such as the demo's thresholds
 */
export function loadConfiguration(
  inputs: ConfigurationInputs,
  defaults: ReadonlyMap<string, unknown> = new Map(),
): Result<Configuration> {
  const name = inputs.file ?? inputs.environment['PGSTEWARD_CONFIG'] ?? findConfigFile(inputs.environment);
  let file: ConfigFile | null = null;
  if (name !== null) {
    const read = readConfigFile(name, inputs.environment);
    if (!read.ok) return read;
    file = read.value;
  }
  const settings = resolveSettings(settingDefinitions, {
    flags: inputs.overrides,
    environment: inputs.environment,
    file: {
      name: file?.name ?? 'the command',
      values: new Map([...defaults, ...(file?.values ?? [])]),
    },
  });
  if (!settings.ok) return failed(settings.error);
  return success({ settings: settings.value, targets: file?.targets ?? new Map(), file: name });
}

/** Finds the target that a command line means. */
export function findTarget(
  configuration: Configuration,
  given: { readonly url?: string | undefined; readonly name?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConnectionTarget> {
  return resolveTarget({ ...given, configured: configuration.targets, environment });
}

function findConfigFile(environment: Readonly<Record<string, string | undefined>>): string | null {
  const home = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const candidates = ['pgsteward.toml', join(home, 'pgsteward', 'pgsteward.toml')];
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}
