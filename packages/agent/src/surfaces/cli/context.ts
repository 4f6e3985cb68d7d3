import { readFileSync } from 'node:fs';
import { APP_ERRORS, type Configuration, findTarget, loadConfiguration } from '../../app/index.ts';
import { failure, unwrap } from '../../kernel/index.ts';
import { type ConnectionTarget, parseTarget } from '../../postgres/index.ts';
import type { GivenFlag } from '../../settings/index.ts';
import type { Output } from './output.ts';

/** Options that every command takes. */
export interface CommonFlags {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What a command runs with. */
export interface CommandContext {
  readonly output: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** A setting that an option of a command stands for. */
export interface FlagSetting {
  /** As the user typed it: `--budget`. */
  readonly option: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Reads the configuration that the flags and the environment ask for.
 * @param own settings that the command's own options stand for (`--set` is stronger), and those that it puts below all that the user says
 */
export function configure(
  context: CommandContext,
  flags: CommonFlags,
  own: {
    readonly flags?: readonly FlagSetting[];
    readonly defaults?: ReadonlyMap<string, unknown>;
  } = {},
): Configuration {
  const overrides = new Map([
    ...(own.flags ?? []).map(({ option, key, value }) => [key, { option, value }] as const),
    ...readOverrides(flags.set ?? []),
  ]);
  return unwrap(
    loadConfiguration({ file: flags.config, overrides, environment: context.environment }, own.defaults),
  );
}

/** Finds the target that the command line means. */
export function targetOf(
  context: CommandContext,
  configuration: Configuration,
  url: string | undefined,
  name: string | undefined,
): ConnectionTarget {
  return unwrap(findTarget(configuration, { url, name }, context.environment));
}

/** Finds all targets that a command line means: its URLs, else the named ones, else all of the file, else the one of the environment. */
export function targetsOf(
  context: CommandContext,
  configuration: Configuration,
  given: {
    readonly command: string;
    readonly urls: readonly string[];
    readonly names: readonly string[] | undefined;
  },
): readonly ConnectionTarget[] {
  const { command, urls, names = [...configuration.targets.keys()] } = given;
  if (urls.length > 0) {
    return unique(
      command,
      urls.map((url) => unwrap(parseTarget(url, context.environment))),
    );
  }
  if (names.length === 0) return [targetOf(context, configuration, undefined, undefined)];
  return names.map((name) => targetOf(context, configuration, undefined, name));
}

/** Two targets of one name would share one history. */
function unique(command: string, targets: readonly ConnectionTarget[]): readonly ConnectionTarget[] {
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return targets;
  const reason = `two targets are called ${twice}; name them in pgsteward.toml as [target.NAME]`;
  throw failure(APP_ERRORS.USAGE, { reason, command });
}

/** Reads `key=value` pairs. */
function readOverrides(pairs: readonly string[]): ReadonlyMap<string, GivenFlag> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) {
        const reason = `--set takes key=value, not "${pair}"`;
        throw failure(APP_ERRORS.USAGE, { reason, command: 'config' });
      }
      const key = pair.slice(0, at).trim();
      return [key, { option: `--set ${key}`, value: pair.slice(at + 1).trim() }] as const;
    }),
  );
}

/** Waits for Ctrl-C or SIGTERM, or for a time to pass. */
export async function aborted(
  signal: AbortSignal,
  atMostMs: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    // A pending promise keeps no process alive, and no timer is longer than 24 days.
    const timer = Number.isFinite(atMostMs)
      ? setTimeout(end, atMostMs)
      : setInterval(() => undefined, 60_000);
    function end(): void {
      clearTimeout(timer);
      resolve();
    }
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Gives the version of this pgsteward. */
export function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
