import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { failed, failure, fileErrorReason, type Result, success } from '../kernel/index.ts';
import { SETTINGS_ERRORS } from './errors.ts';

/** What `pgsteward.toml` holds: the named targets and the settings, flattened to dotted keys. */
export interface ConfigFile {
  readonly name: string;
  /** Connection URL of each `[target.NAME]`; may hold a password, never to be printed. */
  readonly targets: ReadonlyMap<string, string>;
  /** Settings that a `[target.NAME]` has for itself, by its name. */
  readonly targetValues: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads a configuration file, replacing each `${NAME}` with the environment variable NAME.
 * @returns the file's content, or SETTINGS.FILE_UNREADABLE, FILE_INVALID or MISSING_VARIABLE
 */
export function readConfigFile(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConfigFile> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return failed(failure(SETTINGS_ERRORS.FILE_UNREADABLE, { file, reason: fileErrorReason(error) }, error));
  }
  return parseConfig(file, text, environment);
}

/** Parses the text of a configuration file; see {@link readConfigFile}. */
export function parseConfig(
  file: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConfigFile> {
  let tree: Readonly<Record<string, unknown>>;
  try {
    tree = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return failed(failure(SETTINGS_ERRORS.FILE_INVALID, { file, reason: lineOf(error) }, error));
  }
  const values = new Map<string, unknown>();
  const missing = flatten(tree, '', values, environment);
  if (missing !== null) {
    return failed(failure(SETTINGS_ERRORS.MISSING_VARIABLE, { file, variable: missing }));
  }
  const targets = new Map<string, string>();
  for (const name of namedTargets(tree)) {
    const key = `target.${name}.url`;
    targets.set(name, String(values.get(key)));
    values.delete(key);
  }
  const targetValues = new Map(
    [...targets.keys()].map((name) => [name, takeBelow(`target.${name}.`, values)] as const),
  );
  return success({ name: file, targets, targetValues, values });
}

/** Names of the tables below `[target]` that have a URL. */
function namedTargets({ target }: Readonly<Record<string, unknown>>): readonly string[] {
  const tables = isTable(target) ? Object.entries(target) : [];
  return tables.flatMap(([name, table]) => (isTable(table) && 'url' in table ? [name] : []));
}

/** Takes the values whose keys begin so out of a map, under the rest of their keys. */
function takeBelow(prefix: string, values: Map<string, unknown>): ReadonlyMap<string, unknown> {
  const below = [...values].filter(([key]) => key.startsWith(prefix));
  for (const [key] of below) values.delete(key);
  return new Map(below.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The parser's own message quotes the line, which may hold a password. */
function lineOf(error: TomlError): string {
  const [what] = error.message.split('\n');
  return `Line ${error.line}, column ${error.column}: ${what?.replace('Invalid TOML document: ', '')}.`;
}

/** Adds the leaves of a table under dotted keys; gives the first environment variable that is not set. */
function flatten(
  table: Readonly<Record<string, unknown>>,
  prefix: string,
  into: Map<string, unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  for (const [name, value] of Object.entries(table)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (isTable(value)) {
      const missing = flatten(value, key, into, environment);
      if (missing !== null) return missing;
      continue;
    }
    const filled = fill(value, environment);
    if ('missing' in filled) return filled.missing;
    into.set(key, filled.value);
  }
  return null;
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Fills in the environment variables of a text, and of the texts in a list and its tables. */
function fill(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly value: unknown } | { readonly missing: string } {
  if (typeof value === 'string') {
    const missing = [...value.matchAll(VARIABLE)].find(([, name = '']) => environment[name] === undefined);
    if (missing !== undefined) return { missing: missing[1] ?? '' };
    return { value: value.replace(VARIABLE, (_, name: string) => environment[name] ?? '') };
  }
  if (!Array.isArray(value) && !isTable(value)) return { value };
  const filled: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) {
    const one = fill(part, environment);
    if ('missing' in one) return one;
    filled.push([name, one.value]);
  }
  return { value: Array.isArray(value) ? filled.map(([, part]) => part) : Object.fromEntries(filled) };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
