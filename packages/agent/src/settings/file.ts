import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { failed, failure, fileErrorReason, type Result, success } from '../kernel/index.ts';
import { SETTINGS_ERRORS } from './errors.ts';

/** What `pgsteward.toml` holds: the named targets and the settings, flattened to dotted keys. */
export interface ConfigFile {
  readonly name: string;
  /** Connection URL of each `[target.NAME]`; may hold a password, never to be printed. */
  readonly targets: ReadonlyMap<string, string>;
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
  for (const [key, value] of values) {
    const name = /^target\.(.+)\.url$/.exec(key)?.[1];
    if (name === undefined) continue;
    targets.set(name, String(value));
    values.delete(key);
  }
  return success({ name: file, targets, values });
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
    const missing = typeof value === 'string' ? missingVariable(value, environment) : null;
    if (missing !== null) return missing;
    into.set(key, typeof value === 'string' ? interpolate(value, environment) : value);
  }
  return null;
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function missingVariable(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  for (const [, name] of text.matchAll(VARIABLE)) {
    if (name !== undefined && environment[name] === undefined) return name;
  }
  return null;
}

function interpolate(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replace(VARIABLE, (_, name: string) => environment[name] ?? '');
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
