import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, shorten, shortenStatement, wrap } from './fit-text.ts';

describe('fitting text', () => {
  it('never exceeds the width, and keeps what fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 60 }), (text, width) => {
        expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(Math.max(width, 1));
        if (displayWidth(text) <= width) expect(shorten(text, width)).toBe(text);
      }),
    );
  });

  it('wraps without losing a word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,30}$/)),
        fc.integer({ min: 4, max: 40 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
        },
      ),
    );
  });

  it('counts wide characters twice and colours not at all', () => {
    expect(displayWidth('\u001b[31mrot\u001b[39m')).toBe(3);
    expect(displayWidth('日本')).toBe(4);
  });

  it('folds a statement and drops the comments in front of it', () => {
    expect(shortenStatement('/* app:web */ select\n  1', 40)).toBe('select 1');
    expect(shortenStatement(null, 40)).toBe('(text not available)');
    expect(shortenStatement('/* only a comment */', 40)).toBe('/* only a comment */');
  });

  it('cuts a statement of a megabyte at once', () => {
    const shown = shortenStatement(`select ${"'x', ".repeat(200_000)}1`, 80);
    expect(displayWidth(shown)).toBeLessThanOrEqual(80);
    expect(shown.endsWith('…')).toBe(true);
  });
});
