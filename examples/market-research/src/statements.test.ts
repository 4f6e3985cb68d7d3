import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { splitStatements } from './statements.ts';

describe('splitStatements', () => {
  test('keeps dollar-quoted blocks whole and drops comments', () => {
    const text = '-- first\nselect 1;\n\ndo $$\nbegin\n  null;\nend\n$$;\n-- fails: 23505\nselect\n  2;\n';
    expect(splitStatements(text)).toEqual([
      { sql: 'select 1;', fails: null },
      { sql: 'do $$\nbegin\n  null;\nend\n$$;', fails: null },
      { sql: 'select\n  2;', fails: '23505' },
    ]);
  });

  test.each(['schema', 'as-found', 'as-tuned'])('reads %s.sql to its end', async (name) => {
    const text = await readFile(new URL(`../sql/${name}.sql`, import.meta.url), 'utf8');
    const statements = splitStatements(text);
    expect(statements.length).toBeGreaterThan(4);
    expect(text.trimEnd().endsWith(statements.at(-1)?.sql ?? 'nothing')).toBe(true);
  });
});
