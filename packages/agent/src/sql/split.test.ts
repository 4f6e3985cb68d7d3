import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from './parser.ts';
import { splitStatements } from './split.ts';

beforeAll(loadParser);

describe('splitting a text into statements', () => {
  it('keeps semicolons in strings, dollar quotes and comments inside a statement', () => {
    const text = 'select \';\' as "a;b"; -- x;\n/* y; */ select $$;$$ /* z; */ from t;\n';
    expect(splitStatements(text)).toEqual({
      ok: true,
      statements: ['select \';\' as "a;b"', 'select $$;$$ /* z; */ from t'],
    });
  });

  it('counts characters beyond ASCII right', () => {
    expect(splitStatements("select 'é世'; select 2")).toEqual({
      ok: true,
      statements: ["select 'é世'", 'select 2'],
    });
  });

  it('says in which line the text stops being SQL', () => {
    expect(splitStatements('select 1;\nselect from from')).toMatchObject({ ok: false, line: 2 });
  });

  it('finds nothing in comments alone', () => {
    expect(splitStatements('-- nothing\n')).toEqual({ ok: true, statements: [] });
  });
});
