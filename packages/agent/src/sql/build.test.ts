import { beforeAll, describe, expect, it } from 'vitest';
import { isSameTree, replaceIn, writeChecked } from './build.ts';
import { loadParser, parseTree } from './parser.ts';

beforeAll(loadParser);

describe('a tree written as SQL', () => {
  it('reads back as the same tree, wherever things stand and however AND is nested', () => {
    const tree = parseTree('select   a from t where (a = 1 and b > 2) and not (c or d)');
    const written = writeChecked(tree) ?? '';
    expect(isSameTree(parseTree(written), tree)).toBe(true);
  });

  it('is refused where the text would mean something else', () => {
    // pgsql-deparser 18.3.8 does not quote the name of a query of WITH.
    expect(writeChecked(parseTree('with "X y" as (select 1) select * from "X y"'))).toBeNull();
  });

  it('is compared without its places', () => {
    const [one, two] = ['select 1', 'select  1'].map(parseTree);
    expect(isSameTree(one, two)).toBe(true);
    expect(isSameTree(one, parseTree('select 2'))).toBe(false);
  });
});

describe('a value replaced in a tree', () => {
  it('leaves all others as they are', () => {
    const [a, b] = [{ A: { x: 1 } }, { B: { y: [2] } }];
    const replaced = replaceIn({ list: [a, b] }, a, null) as { readonly list: readonly unknown[] };
    expect(replaced).toEqual({ list: [null, b] });
    expect(replaced.list[1]).toBe(b);
  });
});
