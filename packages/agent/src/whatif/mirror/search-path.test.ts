import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteIdentifier } from '../../kernel/index.ts';
import { splitSearchPath } from './search-path.ts';

describe('a search path', () => {
  it.each([
    ['"$user", public', ['$user', 'public']],
    ['App,public', ['app', 'public']],
    ['"a, ""b"""', ['a, "b"']],
    ['""', []],
    ['', []],
  ])('%s has its schemas', (value, expected) => {
    expect(splitSearchPath(value)).toEqual(expected);
  });

  it('keeps any names that were quoted', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(splitSearchPath(names.map(quoteIdentifier).join(', '))).toEqual(names);
      }),
    );
  });
});
