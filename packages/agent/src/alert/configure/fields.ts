import * as z from 'zod';
import { parseBytes, parseDuration, type Unit } from '../../kernel/index.ts';
import { parseMatcher } from '../route/matchers.ts';
import type { Labels, Matcher } from '../types.ts';

/** Name of a channel, a window or a rule: it stands in labels, keys and addresses. */
export const nameField: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name of letters, digits, dots and hyphens');

/** A duration such as `5 min`, or a number of milliseconds. */
export const durationField: z.ZodType<number> = z.preprocess(
  (given) => (typeof given === 'string' ? (parseDuration(given) ?? given) : given),
  z
    .number('must be a duration such as 30 s, 5 min or 4 h')
    .min(0)
    .max(366 * 86_400_000),
);

/** A matcher such as `severity="critical"`. */
export const matcherField: z.ZodType<Matcher> = z.string().transform((text, context) => {
  const matcher = parseMatcher(text);
  if (matcher.ok) return matcher.value;
  context.addIssue({ code: 'custom', message: `${matcher.error.message}: ${matcher.error.why}` });
  return z.NEVER;
});

/** An IANA time zone. */
export const timeZoneField: z.ZodType<string> = z
  .string()
  .refine(isTimeZone, 'must be a time zone such as UTC or Europe/Berlin');

/** An http or https address; it may hold a secret and is never quoted. */
export const urlField: z.ZodType<string> = z.string().refine(isHttpUrl, 'must be an http or https address');

/** Labels of the owner's own. */
export const labelsField: z.ZodType<Labels> = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a label name'), z.string())
  .refine(
    (labels) => !['alertname', 'severity', 'target'].some((name) => Object.hasOwn(labels, name)),
    'must not name alertname, severity or target: pgsteward sets those',
  );

/** A number, or a text such as `80 MB` or `5 min` in a unit. */
export const amountField: z.ZodType<number | string> = z.union([z.number(), z.string()]);

/**
 * Reads an amount in a unit.
 * @returns null when the text is none
 */
export function amountIn(unit: Unit, given: number | string): number | null {
  if (typeof given === 'number') return given;
  if (unit === 'ms') return parseDuration(given);
  if (unit === 'bytes' || unit === 'bytesPerSecond') return parseBytes(given);
  return given.trim() === '' || Number.isNaN(Number(given)) ? null : Number(given);
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '';
}
