import * as z from 'zod';
import { formatUnit, parseBytes, parseDuration, type Unit } from '../kernel/index.ts';

/** Bounds of a number, in the setting's unit. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** One configurable value: everything that help, docs, validation and the config schema need to know. */
export interface Setting<T> {
  /** Dotted key, as in `pgsteward.toml` and in a finding's threshold: `diagnose.slow-query.mean-ms`. */
  readonly key: string;
  /** What the setting changes, one sentence. */
  readonly summary: string;
  /** Unit of a number; null for text, lists and switches. */
  readonly unit: Unit | null;
  /** Smallest and largest value of a number, both allowed; null for anything else. */
  readonly range: Range | null;
  readonly default: T;
  /** Why the default is what it is: the spec, a PostgreSQL docs section, a peer's convention. */
  readonly source: string;
  /** Variables of a standard that set it too, the strongest first; our own variable is stronger. */
  readonly standardVariables?: readonly string[];
  /** Validates and reads text such as `5 min` or `100 MB`. */
  readonly schema: z.ZodType<T>;
  /** The value is, or may hold, a password: it is never shown. */
  readonly isSecret?: true;
}

/** A setting of any type, for registries. */
export type AnySetting = Setting<unknown>;

interface Description<T> {
  readonly key: string;
  readonly summary: string;
  readonly default: T;
  readonly source: string;
  readonly standardVariables?: readonly string[];
}

type Bounds = Partial<Range>;

/** Declares a duration, kept in milliseconds and accepted as `200ms`, `5 min`, `35 d`. */
export function durationSetting(row: Description<number> & Bounds): Setting<number> {
  return numberSetting(row, 'ms', parseDuration, 'a duration such as 500ms, 5 min or 35 d');
}

/** Declares a size, kept in bytes and accepted as `8kB`, `100 MB`. */
export function bytesSetting(row: Description<number> & Bounds): Setting<number> {
  return numberSetting(row, 'bytes', parseBytes, 'a size such as 100 MB or 10 GB');
}

/** Declares a ratio between 0 and 1. */
export function ratioSetting(row: Description<number> & Bounds): Setting<number> {
  return numberSetting({ minimum: 0, maximum: 1, ...row }, 'ratio', parseNumber, 'a ratio between 0 and 1');
}

/** Declares a plain number in the given unit. */
export function countSetting(row: Description<number> & Bounds & { readonly unit?: Unit }): Setting<number> {
  return numberSetting(row, row.unit ?? 'count', parseNumber, 'a number');
}

/** Declares free text. */
export function textSetting(row: Description<string>): Setting<string> {
  return { ...row, unit: null, range: null, schema: z.string() };
}

/** Declares text that is, or may hold, a password. */
export function secretSetting(row: Description<string>): Setting<string> {
  return { ...textSetting(row), isSecret: true };
}

/** Declares one of a fixed list of words. */
export function choiceSetting<const C extends string>(
  row: Description<C> & { readonly choices: readonly [C, ...C[]] },
): Setting<C> {
  const { choices, ...description } = row;
  return { ...description, unit: null, range: null, schema: z.enum(choices) as unknown as z.ZodType<C> };
}

function numberSetting(
  row: Description<number> & Bounds,
  unit: Unit,
  parse: (text: string) => number | null,
  expected: string,
): Setting<number> {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER, ...description } = row;
  const schema = z
    .preprocess(
      (given) => (typeof given === 'string' ? (parse(given) ?? given) : given),
      z.number(`must be ${expected}`),
    )
    .refine(
      (value) => value >= minimum && value <= maximum,
      `must ${describeRange({ minimum, maximum }, unit)}`,
    );
  return { ...description, unit, range: { minimum, maximum }, schema: schema as z.ZodType<number> };
}

/** What a number without a unit was taken for; only these units are ever left out. */
const BARE: Partial<Readonly<Record<Unit, string>>> = {
  ms: 'a number alone is milliseconds: write 30s or 5 min',
  bytes: 'a number alone is bytes: write 100 MB or 10 GB',
};

function describeRange({ minimum, maximum }: Range, unit: Unit): string {
  const bare = BARE[unit];
  const show = (value: number): string => (bare === undefined ? String(value) : formatUnit(value, unit));
  const range =
    maximum === Number.MAX_SAFE_INTEGER
      ? `be at least ${show(minimum)}`
      : `lie between ${show(minimum)} and ${show(maximum)}`;
  return bare === undefined ? range : `${range} (${bare})`;
}

function parseNumber(text: string): number | null {
  return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
