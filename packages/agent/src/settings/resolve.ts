import { failed, failure, type PgstewardError, type Result, success } from '../kernel/index.ts';
import { SETTINGS_ERRORS } from './errors.ts';
import type { AnySetting, Setting } from './setting.ts';

/** Where a value came from, strongest first: a flag, the environment, the file, the default. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'default' };

/** Resolved settings: typed values, each with its origin. */
export interface Settings {
  /** Gives the value of a setting; its type follows from the definition. */
  get<T>(setting: Setting<T>): T;
  /** Tells where the value of a setting came from. */
  origin(setting: AnySetting): Origin;
}

/** A value from the command line. */
export interface GivenFlag {
  /** As the user typed it: `--budget`, `--set KEY`. */
  readonly option: string;
  readonly value: unknown;
}

/** Raw values by source; keys are dotted setting keys, values still unchecked. */
export interface SettingSources {
  readonly flags?: ReadonlyMap<string, GivenFlag>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly file?: { readonly name: string; readonly values: ReadonlyMap<string, unknown> };
}

/** Gives the environment variable of a setting: `PGSTEWARD_DIAGNOSE_SLOW_QUERY_MEAN_MS`. */
export function environmentName(key: string): string {
  return `PGSTEWARD_${key.toUpperCase().replaceAll(/[.-]/g, '_')}`;
}

/**
 * Checks every source and picks the strongest value of each setting: flags > environment > file > default.
 * @returns the settings, or SETTINGS.UNKNOWN_KEY / SETTINGS.INVALID_VALUE for the first bad value
 */
export function resolveSettings(
  definitions: readonly AnySetting[],
  sources: SettingSources = {},
): Result<Settings> {
  const known = new Map(definitions.map((setting) => [setting.key, setting]));
  const unknown = findUnknown(known, sources);
  if (unknown !== null) return failed(unknown);
  const resolved = new Map<string, { value: unknown; origin: Origin }>();
  for (const setting of definitions) {
    const given = pick(setting, sources);
    if (given === null) {
      resolved.set(setting.key, { value: setting.default, origin: { kind: 'default' } });
      continue;
    }
    const parsed = setting.schema.safeParse(given.value);
    if (!parsed.success) return failed(invalid(setting, given, parsed.error.issues[0]?.message));
    resolved.set(setting.key, { value: parsed.data, origin: given.origin });
  }
  return success({
    get: <T>(setting: Setting<T>): T => (resolved.get(setting.key)?.value ?? setting.default) as T,
    origin: (setting) => resolved.get(setting.key)?.origin ?? { kind: 'default' },
  });
}

/** Settings that are all at their defaults. */
export const defaultSettings: Settings = {
  get: (setting) => setting.default,
  origin: () => ({ kind: 'default' }),
};

interface Given {
  readonly value: unknown;
  readonly origin: Origin;
}

function pick({ key, standardVariables = [] }: AnySetting, sources: SettingSources): Given | null {
  const { flags, environment = {} } = sources;
  const flag = flags?.get(key);
  if (flag !== undefined) return { value: flag.value, origin: { kind: 'flag', name: flag.option } };
  const own = environmentName(key);
  // An empty variable of ours is a value; an empty one of the standard says nothing.
  const name = environment[own] === undefined ? standardVariables.find((one) => environment[one]) : own;
  if (name !== undefined) return { value: environment[name], origin: { kind: 'environment', name } };
  if (sources.file?.values.has(key) === true) {
    return { value: sources.file.values.get(key), origin: { kind: 'file', name: sources.file.name } };
  }
  return null;
}

function findUnknown(known: ReadonlyMap<string, AnySetting>, sources: SettingSources): PgstewardError | null {
  const given: readonly (readonly [Iterable<string>, string])[] = [
    [sources.flags?.keys() ?? [], 'the flags'],
    [sources.file?.values.keys() ?? [], sources.file?.name ?? ''],
  ];
  for (const [keys, origin] of given) {
    for (const key of keys) {
      if (known.has(key)) continue;
      const near = nearest(key, [...known.keys()]);
      const suggestion = near === null ? '' : ` Did you mean "${near}"?`;
      return failure(SETTINGS_ERRORS.UNKNOWN_KEY, { key, origin, suggestion });
    }
  }
  return null;
}

function invalid(setting: AnySetting, given: Given, reason = 'The value does not fit'): PgstewardError {
  return failure(SETTINGS_ERRORS.INVALID_VALUE, {
    key: setting.key,
    value: setting.isSecret === true ? 'what it is' : (JSON.stringify(given.value) ?? 'undefined'),
    origin: 'name' in given.origin ? given.origin.name : 'the default',
    reason: reason.startsWith('must') ? `It ${reason}` : reason,
  });
}

/** Finds the known key that shares the longest beginning or end with the given one. */
function nearest(key: string, candidates: readonly string[]): string | null {
  const tail = key.split('.').at(-1) ?? key;
  const scored = candidates.map((candidate) => ({ candidate, score: affinity(key, tail, candidate) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a), { candidate: '', score: 0 });
  return best.score >= 6 ? best.candidate : null;
}

function affinity(key: string, tail: string, candidate: string): number {
  let shared = 0;
  while (shared < key.length && key[shared] === candidate[shared]) shared += 1;
  return shared + (candidate.endsWith(tail) ? tail.length : 0);
}
