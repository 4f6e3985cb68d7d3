import pg from 'pg';

/** A value of a parameter as it is sent: text, bytes, or null. */
export type Sent = string | Buffer | null;

/** Part of node-postgres since 8.0, and not of its declaration. */
interface WithUtils {
  readonly utils: { prepareValue(value: unknown): Sent };
}

/** Turns values into what node-postgres sends, so that the key is made of the very same. */
export function toSent(parameters: readonly unknown[]): readonly Sent[] {
  if (parameters.length === 0) return NONE;
  const { prepareValue } = (pg as unknown as WithUtils).utils;
  return parameters.map((value) => (typeof value === 'string' ? value : prepareValue(value)));
}

/** Writes values as part of a key: null, a text and bytes are three things, and `a`, `bc` are not `ab`, `c`. */
export function keyText(values: readonly Sent[]): string {
  let text = '';
  for (const value of values) {
    if (value === null) text += '-';
    else if (typeof value === 'string') text += `${value.length}:${value}`;
    else text += `b${value.length}:${value.toString('latin1')}`;
  }
  return text;
}

const NONE: readonly Sent[] = [];
