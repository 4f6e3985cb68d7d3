import { repairNormalized } from '../../sql/index.ts';
import type { Invalidation } from './types.ts';

/** What a snippet is written for. */
export interface SnippetInputs {
  readonly sql: string;
  /** Bare name of the first table, which names the key. */
  readonly table: string;
  readonly invalidation: Invalidation;
  readonly ttlMs: number;
}

/**
 * Writes how a statement is read through `@pgsteward/cache`: where changes drop its results, the `/sql` subpath derives the
 * tags of its rows and tables by itself; where time alone does, it carries none.
 */
export function cacheSnippet({ sql, table, invalidation, ttlMs }: SnippetInputs): string {
  const parameters = `[${parametersOf(sql).join(', ')}]`;
  const text = `\`${repairNormalized(sql.trim()).replace(/[\\`]|\$\{/g, '\\$&')}\``;
  const options = `{ ttlMs: ${String(ttlMs).replace(/\B(?=(\d{3})+$)/g, '_')} }`;
  if (invalidation === 'time') {
    const key =
      parameters === '[]'
        ? JSON.stringify(table)
        : `[${JSON.stringify(table)}, JSON.stringify(${parameters})]`;
    return [
      `const rows = await cache.wrap(${key}, ${options}, async () => {`,
      `  const result = await pool.query(${text}, ${parameters});`,
      '  return result.rows;',
      '});',
    ].join('\n');
  }
  return [
    '// sqlCache = createSqlCache({ cache, pool }) of @pgsteward/cache/sql; `pgsteward cache worker` keeps it true',
    `const { rows } = await sqlCache.query(${text}, ${parameters}, ${options});`,
  ].join('\n');
}

/** `p1`, `p2`, … for each `$n` of a statement. */
function parametersOf(sql: string): readonly string[] {
  const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  return Array.from({ length: Math.max(0, ...numbers) }, (_, index) => `p${index + 1}`);
}
