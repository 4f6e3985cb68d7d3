import { expect, it } from 'vitest';
import { InternalError } from './failure.ts';
import {
  displayIdentifier,
  displayName,
  escapeControls,
  quoteIdentifier,
  quoteLiteral,
  quoteQualified,
} from './identifiers.ts';

it('quotes every identifier', () => {
  expect(quoteIdentifier('a')).toBe('"a"');
  expect(quoteIdentifier('a"b;c')).toBe('"a""b;c"');
  expect(quoteQualified('My Schema', 'select')).toBe('"My Schema"."select"');
});

it.each(['', 'a\0b'])('refuses what PostgreSQL cannot store: %j', (name) => {
  expect(() => quoteIdentifier(name)).toThrow(InternalError);
});

it('quotes literals whatever standard_conforming_strings says', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(quoteLiteral("\\'; drop")).toBe("E'\\\\''; drop'");
  expect(() => quoteLiteral('\0')).toThrow(InternalError);
});

it('shows names bare where PostgreSQL takes them bare', () => {
  expect(displayName('public', 'orders')).toBe('public.orders');
  expect(displayName('public', 'Orders')).toBe('public."Orders"');
  expect(displayIdentifier('a"b')).toBe('"a""b"');
  expect(displayIdentifier('1a')).toBe('"1a"');
});

it('lets no name forge what a terminal shows', () => {
  expect(displayIdentifier('a\nb\u001b[31m')).toBe('"a\\nb\\u001b[31m"');
  expect(escapeControls('\u202eevil\u200b\t')).toBe('\\u202eevil\\u200b\\t');
  expect(escapeControls('Größe 表 😀')).toBe('Größe 表 😀');
});
