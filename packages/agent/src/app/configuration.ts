import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ACT_SETTINGS } from '../act/index.ts';
import { ALERT_FILE_KEYS } from '../alert/index.ts';
import { failed, failure, type Result, success } from '../kernel/index.ts';
import { type ConnectionTarget, parsePooler, parseTarget, resolveTarget } from '../postgres/index.ts';
import {
  type ConfigFile,
  type GivenFlag,
  readConfigFile,
  resolveSettings,
  SETTINGS_ERRORS,
  type Settings,
} from '../settings/index.ts';
import { settingDefinitions } from './registries.ts';
import { WATCH_SETTINGS } from './watch/settings.ts';

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
  /** Gives the settings in force for a target: what its own `[target.NAME]` says is stronger than the rest of the file. */
  settingsOf(target: string): Settings;
  /** Configuration file that was read; null when there is none. */
  readonly file: string | null;
  /** What the file says of alerts beside their settings: rules, channels, routes; not yet checked. */
  readonly alertTables: Readonly<Record<string, unknown>>;
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
  const given = [...(file?.values ?? [])];
  const ofAll = new Map([...defaults, ...given.filter(([key]) => alertTableOf(key) === null)]);
  const resolve = (values: ReadonlyMap<string, unknown>): Result<Settings> =>
    resolveSettings(settingDefinitions, {
      flags: inputs.overrides,
      environment: inputs.environment,
      file: { name: file?.name ?? 'the command', values },
    });
  const settings = resolve(ofAll);
  if (!settings.ok) return failed(settings.error);
  const own = new Map<string, Settings>();
  for (const [target, values] of file?.targetValues ?? []) {
    const named = namedInFull(target, values, file?.name ?? '');
    if (!named.ok) return failed(named.error);
    const resolved = resolve(new Map([...ofAll, ...named.value]));
    if (!resolved.ok) return failed(resolved.error);
    own.set(target, resolved.value);
  }
  const alertTables = Object.fromEntries(
    given.flatMap(([key, value]) => {
      const table = alertTableOf(key);
      return table === null ? [] : [[table, value] as const];
    }),
  );
  return success({
    settings: settings.value,
    settingsOf: (target) => own.get(target) ?? settings.value,
    targets: file?.targets ?? new Map(),
    file: name,
    alertTables,
  });
}

/** Beginnings of settings that belong to the daemon and not to one of its targets. */
const OF_THE_DAEMON = ['alert.', 'http.', 'objective.', 'store.'];

/** Gives a target's own settings their full keys: `disk-bytes` in `[target.shop]` is `target.disk-bytes` of shop. */
function namedInFull(
  target: string,
  values: ReadonlyMap<string, unknown>,
  origin: string,
): Result<ReadonlyMap<string, unknown>> {
  const named = new Map<string, unknown>();
  for (const [key, value] of values) {
    if (OF_THE_DAEMON.some((beginning) => key.startsWith(beginning)))
      return failed(failure(SETTINGS_ERRORS.NOT_OF_ONE_TARGET, { target, key, origin }));
    named.set(key.includes('.') ? key : `target.${key}`, value);
  }
  return success(named);
}

/** Gives the name of a part of `[alert]` that is a list of tables or names and no setting. */
function alertTableOf(key: string): string | null {
  const name = key.startsWith('alert.') ? key.slice('alert.'.length) : '';
  return ALERT_FILE_KEYS.includes(name) ? name : null;
}

/** Finds the target that a command line means. */
export function findTarget(
  configuration: Configuration,
  given: { readonly url?: string | undefined; readonly name?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConnectionTarget> {
  return resolveTarget({ ...given, configured: configuration.targets, environment });
}

/**
 * Finds the admin consoles of the poolers in front of a target.
 * @param settings in force for the target
 * @returns each once, or POSTGRES.INVALID_URL for the first that cannot be read
 */
export function findPoolers(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Result<readonly ConnectionTarget[]> {
  const found = new Map<string, ConnectionTarget>();
  for (const url of settings.get(WATCH_SETTINGS.pgbouncer).split(',')) {
    if (url.trim() === '') continue;
    const parsed = parsePooler(url.trim(), environment);
    if (!parsed.ok) return parsed;
    found.set(parsed.value.address, parsed.value);
  }
  return success([...found.values()]);
}

/**
 * Finds the address by which the acting role reaches a target.
 * @param settings in force for the target
 * @returns null where none is named; POSTGRES.INVALID_URL
 */
export function actingTarget(
  settings: Settings,
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConnectionTarget | null> {
  const url = settings.get(ACT_SETTINGS.url);
  return url === '' ? success(null) : parseTarget(url, environment, name);
}

function findConfigFile(environment: Readonly<Record<string, string | undefined>>): string | null {
  const home = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const candidates = ['pgsteward.toml', join(home, 'pgsteward', 'pgsteward.toml')];
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}
