import type { ValueKind } from './column-values.ts';

/** Rows of a page, as applications ask for them. */
export const LIMITS: Readonly<Record<ValueKind, string>> = { common: '20', median: '20', rare: '20' };

/** The first page is asked for most. */
export const OFFSETS: Readonly<Record<ValueKind, string>> = { common: '0', median: '0', rare: '1000' };

/** Time looked back; the shorter, the fewer rows. */
export const INTERVALS: Readonly<Record<ValueKind, string>> = {
  common: '30 days',
  median: '7 days',
  rare: '1 day',
};

/** By the type's name without its modifier. */
const PLAIN: Readonly<Record<string, string>> = {
  smallint: '1',
  integer: '1',
  bigint: '1',
  numeric: '1',
  real: '1',
  'double precision': '1',
  text: 'a',
  'character varying': 'a',
  character: 'a',
  name: 'a',
  boolean: 'true',
  date: 'now',
  'timestamp without time zone': 'now',
  'timestamp with time zone': 'now',
  'time without time zone': '12:00',
  'time with time zone': '12:00',
  uuid: '00000000-0000-0000-0000-000000000000',
  json: '{}',
  jsonb: '{}',
  inet: '127.0.0.1',
  bytea: '',
  oid: '1',
  regclass: 'pg_class',
};

/** Gives a value that a type surely takes, for a parameter that decides no rows; null for a type without one. */
export function defaultValue(type: string): string | null {
  if (type.endsWith('[]')) return '{}';
  return PLAIN[type.replace(/\(.*\)/, '')] ?? null;
}
