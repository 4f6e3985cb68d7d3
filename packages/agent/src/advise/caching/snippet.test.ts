import { expect, it } from 'vitest';
import { cacheSnippet } from './snippet.ts';

it('writes a text that PostgreSQL takes, and that stays within its quotes', () => {
  const sql = "select count(*), '`' from searches where at >= now() - interval $1";
  const snippet = cacheSnippet({ sql, table: 'searches', invalidation: 'time', ttlMs: 10_000 });
  expect(snippet).toContain(
    "pool.query(`select count(*), '\\`' from searches where at >= now() - $1::interval`, [p1])",
  );
});
