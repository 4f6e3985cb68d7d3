import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrap } from '../../kernel/index.ts';
import type { Matcher } from '../types.ts';
import { formatMatcher, matches, parseMatcher } from './matchers.ts';

const read = (text: string): Matcher => unwrap(parseMatcher(text));

describe('a matcher', () => {
  it.each([
    ['severity="critical"', { label: 'severity', operator: '=', value: 'critical' }],
    [' target != shop ', { label: 'target', operator: '!=', value: 'shop' }],
    ['alertname=~"replica-.*"', { label: 'alertname', operator: '=~', value: 'replica-.*' }],
    [String.raw`slot!~"s\d+"`, { label: 'slot', operator: '!~', value: String.raw`s\d+` }],
    [String.raw`query="say \"hi\""`, { label: 'query', operator: '=', value: 'say "hi"' }],
    ['slot=', { label: 'slot', operator: '=', value: '' }],
  ])('is read: %s', (text, matcher) => {
    expect(read(text)).toEqual(matcher);
  });

  it.each([
    ['severity', 'operator'],
    ['="x"', 'label name'],
    ['1a=x', 'label name'],
    ['a="x', 'quotes'],
    ['a=x"', 'quotes'],
    ['a=~"("', 'regular expression'],
    [`a=~"${'x'.repeat(501)}"`, 'regular expression'],
  ])('is refused with its reason: %s', (text, reason) => {
    const parsed = parseMatcher(text);
    expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'ALERT.MATCHER_INVALID' });
    expect(parsed.ok ? '' : parsed.error.why).toContain(reason);
  });

  it('is read as it was written, whatever its value', () => {
    const values = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.constantFrom('=', '!='), values, (operator, value) => {
        const matcher: Matcher = { label: 'a', operator, value };
        expect(read(formatMatcher(matcher))).toEqual(matcher);
      }),
    );
  });

  it('takes a label that is absent for an empty one', () => {
    expect(matches([read('slot=""')], {})).toBe(true);
    expect(matches([read('slot!="a"')], {})).toBe(true);
    expect(matches([read('slot=~".+"')], {})).toBe(false);
  });

  it('matches an expression against the whole value, over lines', () => {
    expect(matches([read('a=~"b|c"')], { a: 'c' })).toBe(true);
    expect(matches([read('a=~"b|c"')], { a: 'cc' })).toBe(false);
    expect(matches([read('a=~"b.c"')], { a: 'b\nc' })).toBe(true);
    expect(matches([read('a!~"b|c"')], { a: 'cc' })).toBe(true);
  });

  it('holds together with all others or not at all', () => {
    const both = [read('a=1'), read('b=2')];
    expect(matches(both, { a: '1', b: '2' })).toBe(true);
    expect(matches(both, { a: '1', b: '3' })).toBe(false);
  });
});
