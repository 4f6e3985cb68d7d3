/**
 * Statements of PostgreSQL read through a cache. Takes a cache and a pool of node-postgres; gives the rows of a SELECT from
 * the cache where that is right, and says where it is not, and why. What a statement depends on is derived from its syntax
 * tree and the catalogue; what cannot be known is refused, never guessed. Reads in transactions of its own; never writes.
 */
export { anyRowTag, rowTag, tableTag } from '../postgres/table-tags.ts';
export type { Refusal, RefusalCode } from './plan/refusals.ts';
export { createSqlCache } from './sql-cache.ts';
export type {
  SqlCache,
  SqlCacheOptions,
  SqlDependency,
  SqlExplanation,
  SqlField,
  SqlOptions,
  SqlResult,
  SqlRow,
  SqlSession,
} from './types.ts';
