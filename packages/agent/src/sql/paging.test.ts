import { beforeAll, describe, expect, it } from 'vitest';
import { readPaging } from './paging.ts';
import { loadParser } from './parser.ts';

beforeAll(loadParser);

const number = (value: number) => ({ kind: 'number', value });
const parameter = (one: number) => ({ kind: 'parameter', number: one });

describe('readPaging', () => {
  it.each([
    ['select 1 limit 10 offset 5000', [{ limit: number(10), offset: number(5000) }]],
    ['select 1 offset 0', [{ limit: null, offset: number(0) }]],
    ['select 1 offset 5000000000', [{ limit: null, offset: number(5e9) }]],
    ["select 1 limit '20' offset '40'::bigint", [{ limit: number(20), offset: number(40) }]],
    ['select 1 limit $2 offset $1', [{ limit: parameter(2), offset: parameter(1) }]],
    ['select 1 limit all offset $1::int', [{ limit: null, offset: parameter(1) }]],
    ['select * from (select 1 offset 7) s', [{ limit: null, offset: number(7) }]],
    ['select 1 fetch first 3 rows only', []],
    ['select 1 offset (select 5)', []],
    ['select from from', []],
  ])('reads %s', (text, expected) => {
    expect(readPaging(text)).toEqual(expected);
  });
});
