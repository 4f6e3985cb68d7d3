/** Process exit codes: 0 done, 1 bug, 2 refused or precondition, 3 cancelled, 4 done with findings. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** One row of the error catalogue; `{name}` in a text is filled from the values given to {@link failure}. */
export interface ErrorDefinition {
  /** Stable code such as `POSTGRES.AUTHENTICATION_FAILED`; never reused for another meaning. */
  readonly code: string;
  /** What happened: lower case, no full stop, the offending value quoted. */
  readonly message: string;
  /** Why it happens, one or two sentences. */
  readonly why: string;
  /** What to do next, most likely first; commands stand in backticks. */
  readonly next: readonly string[];
  readonly exitCode: ExitCode;
}

/** Values that fill the placeholders of an error row. */
export type ErrorValues = Readonly<Record<string, string | number>>;

/**
 * Declares the errors of one area.
 * @param area upper-case name that prefixes each code, such as `POSTGRES`
 * @param rows error rows by sub-code
 * @returns the same rows, each with its full code
 */
export function defineErrors<const K extends string>(
  area: string,
  rows: Readonly<Record<K, Omit<ErrorDefinition, 'code'>>>,
): Readonly<Record<K, ErrorDefinition>> {
  const entries = Object.entries<Omit<ErrorDefinition, 'code'>>(rows);
  return Object.fromEntries(
    entries.map(([name, row]) => [name, { code: `${area}.${name}`, ...row }]),
  ) as Record<K, ErrorDefinition>;
}

/** Says why a file could not be read or written: a sentence without its full stop. */
export function fileErrorReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return 'There is no such file or directory';
  if (code === 'EACCES' || code === 'EPERM') return 'Permission denied';
  if (code === 'EISDIR') return 'It is a directory';
  if (code === 'ENOSPC') return 'The disk is full';
  return error instanceof Error ? error.message : String(error);
}

/** An expected failure with its code, reason and next steps; match on `code`, never on the message. */
export class PgstewardError extends Error {
  readonly code: string;
  readonly why: string;
  readonly next: readonly string[];
  readonly exitCode: ExitCode;

  constructor(definition: ErrorDefinition, values: ErrorValues, cause: unknown) {
    super(fill(definition.message, values), cause === undefined ? undefined : { cause });
    this.name = 'PgstewardError';
    this.code = definition.code;
    this.why = fill(definition.why, values);
    this.next = definition.next.map((step) => fill(step, values));
    this.exitCode = definition.exitCode;
  }
}

/** A broken assumption inside pgsteward: always a bug, reported with exit code 1. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/**
 * Builds the error of one catalogue row.
 * @param definition row of the catalogue
 * @param values fill the row's `{placeholders}`; must hold no secret
 * @param cause the lower-level error, kept for `--verbose`
 */
export function failure(
  definition: ErrorDefinition,
  values: ErrorValues = {},
  cause?: unknown,
): PgstewardError {
  return new PgstewardError(definition, values, cause);
}

/** Closes a switch over a union: a new member becomes a compile error. */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected value ${JSON.stringify(value)}`);
}

function fill(template: string, values: ErrorValues): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : placeholder,
  );
}

/** Says in one line what went wrong and why, for a place that shows a failure and goes on. */
export function errorLine(error: unknown): string {
  if (error instanceof PgstewardError) return `${error.message}: ${error.why}`;
  return error instanceof Error ? error.message : String(error);
}
