import type { PgstewardError } from './failure.ts';

/** Outcome of an operation whose failure is expected; bugs throw instead. */
export type Result<T, E = PgstewardError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Wraps a value as success. */
export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Wraps an error as failure. */
export function failed<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/**
 * Gives the value, or throws the error that the result holds.
 * @throws the result's own error; use it where a failure ends the command anyway.
 */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
