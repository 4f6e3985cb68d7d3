import { describe, expect, it } from 'vitest';
import { arrayElements, canonicalText } from './row-key.ts';

describe('the one way in which a value of a key is written', () => {
  it.each([
    ['integer', '007', '7'],
    ['integer', ' +7 ', '7'],
    ['integer', '-0', '0'],
    ['integer', '-0012', '-12'],
    ['integer', '9223372036854775807', '9223372036854775807'],
    ['integer', '7.0', null],
    ['integer', '0x7', null],
    ['integer', '1_000', null],
    ['integer', '', null],
    ['integer', '1e3', null],
    ['text', ' 007', ' 007'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['uuid', 'a0eebc999c0b4ef8bb6d6bb9bd380a11', null],
  ] as const)('of %s "%s" is %j', (type, text, canonical) => {
    expect(canonicalText(type, text)).toBe(canonical);
  });
});

describe('the elements of an array', () => {
  it.each([
    ['{}', []],
    ['{1,2}', ['1', '2']],
    ['{"1","2"}', ['1', '2']],
    ['{"a,b","c\\"d","e\\\\f",""," g\n"}', ['a,b', 'c"d', 'e\\f', '', ' g\n']],
    ['{NULL,null,"NULL",a}', ['NULL', 'a']],
    ['{1, 2}', null],
    [' {1}', null],
    ['{{1},{2}}', null],
    ['[0:1]={1,2}', null],
    ['{a"b"}', null],
    ['{"a}', null],
    ['1,2', null],
  ])('of %s are %j', (text, elements) => {
    expect(arrayElements(text)).toEqual(elements);
  });
});
