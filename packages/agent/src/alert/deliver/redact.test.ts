import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, secretsOfUrl, shownUrl } from './redact.ts';

const HOOK =
  'https://ops:p%40ss-word@hooks.example/services/T0AB/B1CD/Xy9-secret?sig=abc%2Fdef&key=one+two&v=2#frag';

describe('redaction', () => {
  it.each([
    'cannot post to https://ops:p%40ss-word@hooks.example/services/T0AB/B1CD/Xy9-secret?sig=abc%2Fdef',
    'no route /services/T0AB/B1CD/Xy9-secret',
    'bad token Xy9-secret',
    'bad signature abc/def',
    'bad key one two',
    'wrong password p@ss-word',
    `authorization: Basic ${Buffer.from('ops:p@ss-word').toString('base64')}`,
  ])('hides every part of an address: %s', (text) => {
    const shown = redact(text, secretsOfUrl(HOOK));
    expect(shown).toContain('***');
    expect(shown).not.toMatch(/Xy9|abc|one|p@ss|p%40ss|b3Bz/);
  });

  it('hides a secret whole that holds another', () => {
    expect(redact('a abcd-efgh b', ['abcd', 'abcd-efgh'])).toBe('a *** b');
  });

  it('gives one line of at most 300 characters', () => {
    const shown = redact(`  bad\r\n\u202eline ${'😀'.repeat(400)}`, []);
    expect(shown).toMatch(/^bad\\u000d\\n\\u202eline 😀+$/u);
    expect(Array.from(shown)).toHaveLength(300);
  });

  it('never shows a secret, wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (token, before, after) => {
        expect(redact(`${before}${token}${after}`, [token])).not.toContain(token);
      }),
    );
  });

  it('shows of an address only where it leads', () => {
    expect(shownUrl(HOOK)).toBe('https://hooks.example/…');
    expect(shownUrl('http://127.0.0.1:9093/x')).toBe('http://127.0.0.1:9093/…');
  });
});
