import { type Cache, type CacheOptions, createCache } from '@pgsteward/cache';
import { createSqlCache, type SqlCache, type SqlCacheOptions } from '@pgsteward/cache/sql';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { createDatabase, type DatabaseOptions, type TestDatabase } from '../../support/index.ts';

/** A database, and a cache of what it answers. */
export interface CachedDatabase {
  readonly db: TestDatabase;
  readonly pool: pg.Pool;
  readonly cache: Cache;
  readonly sql: SqlCache;
}

/** How a cache of statements in a test differs. */
export interface CachedOptions extends Pick<SqlCacheOptions, 'types' | 'planMaxAgeMs' | 'onRefused'> {
  readonly cache?: Cache | CacheOptions;
  readonly pool?: pg.PoolConfig;
}

/** Makes a database with a schema; the test's end drops it. */
export async function databaseWith(
  schema: string,
  options: DatabaseOptions & { readonly major?: number } = {},
): Promise<TestDatabase> {
  const db = await createDatabase(options.major, options);
  onTestFinished(() => db.close());
  await db.query(schema);
  return db;
}

/** Reads a database through a cache, over a pool of its own. */
export function cachedReads(db: TestDatabase, options: CachedOptions = {}): CachedDatabase {
  const pool = new pg.Pool({ connectionString: db.url, max: 4, ...options.pool });
  pool.on('error', () => undefined);
  const given = options.cache ?? { namespace: 'test' };
  const cache = 'wrap' in given ? given : createCache(given);
  onTestFinished(async () => {
    await cache.close();
    await pool.end();
  });
  return { db, pool, cache, sql: createSqlCache({ ...options, cache, pool }) };
}

/** Throws what is refused, so that a test sees it. */
export function throwRefused(error: Error): void {
  throw error;
}
