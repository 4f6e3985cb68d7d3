import { failed, failure, type Result, success } from '../../kernel/index.ts';
import { ALERT_ERRORS } from '../errors.ts';
import type { Labels, Matcher } from '../types.ts';

const SHAPE = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s;
/** A pattern is the owner's own; longer ones are mistakes. */
const MAXIMUM_PATTERN = 500;

/**
 * Reads a matcher such as `severity="critical"`, `target!=shop` or `alertname=~"replica-.*"`.
 * @returns the matcher, or ALERT.MATCHER_INVALID
 */
export function parseMatcher(text: string): Result<Matcher> {
  const [, label, operator, given] = SHAPE.exec(text) ?? [];
  const isKnown = operator === '=' || operator === '!=' || operator === '=~' || operator === '!~';
  if (label === undefined || !isKnown || given === undefined) {
    return invalid(text, 'It is no label name, operator (= != =~ !~) and value');
  }
  const value = unquoted(given);
  if (value === null) return invalid(text, 'The quotes of its value do not match');
  const isPattern = operator === '=~' || operator === '!~';
  if (isPattern && patternOf(value) === null) return invalid(text, 'Its value is no regular expression');
  return success({ label, operator, value });
}

/** Writes a matcher as {@link parseMatcher} reads it. */
export function formatMatcher({ label, operator, value }: Matcher): string {
  return `${label}${operator}${JSON.stringify(value)}`;
}

/** Tells whether all matchers hold for labels; a label that is absent is empty. */
export function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => holds(matcher, labels[matcher.label] ?? ''));
}

function holds({ operator, value }: Matcher, actual: string): boolean {
  if (operator === '=') return actual === value;
  if (operator === '!=') return actual !== value;
  const isMatch = patternOf(value)?.test(actual) ?? false;
  return operator === '=~' ? isMatch : !isMatch;
}

const patterns = new Map<string, RegExp | null>();

function patternOf(source: string): RegExp | null {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const pattern = source.length > MAXIMUM_PATTERN ? null : compiled(source);
  if (patterns.size > 1_000) patterns.clear();
  patterns.set(source, pattern);
  return pattern;
}

function compiled(source: string): RegExp | null {
  try {
    return new RegExp(`^(?:${source})$`, 'su');
  } catch {
    return null;
  }
}

function unquoted(given: string): string | null {
  if (!given.startsWith('"')) return given.includes('"') ? null : given;
  try {
    const value: unknown = JSON.parse(given);
    return typeof value === 'string' ? value : null;
  } catch {
    // In an expression as Prometheus takes it, `\.` and `\d` need no second backslash.
    return /^"[^"]*"$/s.test(given) ? given.slice(1, -1) : null;
  }
}

function invalid(matcher: string, reason: string): Result<Matcher> {
  return failed(failure(ALERT_ERRORS.MATCHER_INVALID, { matcher, reason }));
}
