import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

/** Errors of the configuration: each names the place where the value came from. */
export const SETTINGS_ERRORS: Readonly<
  Record<
    | 'UNKNOWN_KEY'
    | 'INVALID_VALUE'
    | 'NOT_OF_ONE_TARGET'
    | 'FILE_UNREADABLE'
    | 'FILE_INVALID'
    | 'MISSING_VARIABLE',
    ErrorDefinition
  >
> = defineErrors('SETTINGS', {
  UNKNOWN_KEY: {
    message: 'unknown setting "{key}" in {origin}',
    why: 'A misspelt setting would silently keep its default, so it is refused.{suggestion}',
    next: ['run `pgsteward config --origin` to list every setting'],
    exitCode: 2,
  },
  INVALID_VALUE: {
    message: 'setting "{key}" cannot be {value} (from {origin})',
    why: '{reason}.',
    next: ['run `pgsteward config --origin {key}` to see its unit, range and default'],
    exitCode: 2,
  },
  NOT_OF_ONE_TARGET: {
    message: 'the target "{target}" cannot have a setting "{key}" of its own (from {origin})',
    why: 'It belongs to the daemon, which has one store, one server and one set of alerts and objectives for all targets.',
    next: ['write it outside of [target.{target}]'],
    exitCode: 2,
  },
  FILE_UNREADABLE: {
    message: 'cannot read the configuration file "{file}"',
    why: '{reason}.',
    next: ['check the path given with --config and its permissions'],
    exitCode: 2,
  },
  FILE_INVALID: {
    message: 'the configuration file "{file}" is not valid TOML',
    why: '{reason}',
    next: ['correct the line that is named above'],
    exitCode: 2,
  },
  MISSING_VARIABLE: {
    message: 'the configuration file "{file}" uses the variable {variable}, which is not set',
    why: 'A value in braces after a dollar sign is read from the environment, and an empty password or URL would fail later.',
    next: ['set {variable} in the environment', 'or write the value in the file'],
    exitCode: 2,
  },
});
