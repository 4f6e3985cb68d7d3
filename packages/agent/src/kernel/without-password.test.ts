import { describe, expect, it } from 'vitest';
import { withoutPassword } from './without-password.ts';

describe('withoutPassword', () => {
  it.each([
    "alter role app password 'secret1'",
    "/* job */ -- x\n CREATE USER app LOGIN ENCRYPTED PASSWORD 'secret1' valid until 'x'",
    "create subscription s connection 'host=a password=secret1' publication p",
    "do $$ begin execute 'alter role a password ''secret1'''; end $$",
  ])('hides what is set by %s', (text) => {
    expect(withoutPassword(text)).toMatch(/password \?$/);
    expect(withoutPassword(text)).not.toContain('secret1');
  });

  it.each(['select password from users where id = $1', 'create table users (id int)'])(
    'leaves %s alone',
    (text) => {
      expect(withoutPassword(text)).toBe(text);
    },
  );
});
