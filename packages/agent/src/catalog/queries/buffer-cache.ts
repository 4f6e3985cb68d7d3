import * as z from 'zod';
import { number, numberOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How shared buffers are used. */
export interface BufferCacheRow {
  readonly usedCount: number;
  readonly unusedCount: number;
  readonly dirtyCount: number;
  /** Mean of how often a buffer was used lately, 0 to 5; null while none is. */
  readonly usageMean: number | null;
}

/** The summary looks at the head of each buffer without a lock; the view of earlier versions would lock them all. */
const sql = `
select
  b.buffers_used::float8 as "usedCount",
  b.buffers_unused::float8 as "unusedCount",
  b.buffers_dirty::float8 as "dirtyCount",
  b.usagecount_avg as "usageMean"
from {extension}.pg_buffercache_summary() b`;

export const bufferCacheQuery: CatalogQuery<BufferCacheRow> = defineCatalogQuery({
  id: 'catalog/buffer-cache',
  summary: 'How many of the shared buffers are used; takes no lock on them.',
  source: 'PostgreSQL docs F.25.2 "The pg_buffercache_summary() Function"',
  needs: { extension: 'pg_buffercache', role: 'pg_monitor' },
  scope: 'instance',
  variants: [{ since: { server: 160_000, extension: '1.4' }, sql }],
  row: z.object({ usedCount: number, unusedCount: number, dirtyCount: number, usageMean: numberOrNull }),
});
