import type { ClientBase, CustomTypesConfig, Pool } from 'pg';
import type { CacheError } from '../errors.ts';
import type { Cache, WrapOptions } from '../types.ts';
import type { Refusal } from './plan/refusals.ts';

/** How a cache of statements is made. */
export interface SqlCacheOptions {
  readonly cache: Cache;
  /** A pool of node-postgres; loads take a connection of it for one read-only transaction. */
  readonly pool: Pool;
  /** Turns PostgreSQL's text into values; by default the pool's own types, else those of node-postgres. */
  readonly types?: CustomTypesConfig;
  /** How long what was learned of a statement from the catalogue holds before it is read again, in the background. */
  readonly planMaxAgeMs?: number;
  /**
   * Is told of every read that is not cached, and why. It runs all the same; what this function throws, the reader gets.
   */
  readonly onRefused?: (refusal: CacheError, sql: string) => void;
}

/** What a statement runs under beyond the pool's own defaults; all of it is set for the load, and part of the key. */
export interface SqlSession {
  /** As `set local role`. */
  readonly role?: string;
  /** Schemas, unquoted: `['tenant_7', 'public']`. */
  readonly searchPath?: readonly string[];
  /** Settings by name: `{ 'app.tenant_id': '7' }`. A policy may read those that are named here, and no other. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How one statement is read and kept. */
export interface SqlOptions extends Omit<WrapOptions, 'codec'> {
  readonly session?: SqlSession;
  /** Runs the statement on this connection, past the cache: it may be in a transaction that has written. */
  readonly client?: ClientBase;
}

/** A column of a result, as node-postgres describes it. */
export interface SqlField {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: string;
}

/** What a statement gave, in node-postgres' shape. Rows from the cache are frozen: they are shared. */
export interface SqlResult<R> {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly SqlField[];
  readonly rows: readonly R[];
}

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A table that a statement depends on. */
export interface SqlDependency {
  /** Schema and name, of the outermost parent where it is a partition. */
  readonly table: string;
  readonly oid: number;
  /** What each column of the primary key equals, such as `$1`; null where all of the table counts. */
  readonly key: readonly string[] | null;
}

/** Whether and how a statement is cached. */
export interface SqlExplanation {
  readonly isCacheable: boolean;
  /** Why not, and what would mend it; with {@link SqlOptions} given, only what is left. */
  readonly reasons: readonly Refusal[];
  readonly dependencies: readonly SqlDependency[];
  /** Tags that a read carries; a row's tag where its key is known, which takes the parameters. */
  readonly tags: readonly string[];
  /** The same for statements that differ in constants; null where the text is no statement. */
  readonly fingerprint: string | null;
  /** OIDs of the types that PostgreSQL gave the parameters. */
  readonly parameterTypes: readonly number[];
  /** What beside the text and the parameters is part of the key. */
  readonly key: Readonly<Record<string, string>>;
}

/** Statements read through a cache. */
export interface SqlCache {
  /**
   * Gives what a statement gives, from the cache where it may be kept there, else from the database.
   * @param parameters values of `$1`, `$2`, … as node-postgres takes them
   * @throws what the database says, what `onRefused` throws, CACHE.INVALID_OPTION, and what {@link Cache.wrap} throws
   */
  query<R = SqlRow>(
    sql: string,
    parameters?: readonly unknown[],
    options?: SqlOptions,
  ): Promise<SqlResult<R>>;
  /**
   * Says whether and how a statement is cached.
   * @param parameters where rows are found by primary key, their tags need them
   */
  explain(sql: string, parameters?: readonly unknown[], options?: SqlOptions): Promise<SqlExplanation>;
  /** Forgets what it learned of statements: after a migration, together with `cache.bumpNamespace()`. */
  forget(): void;
}
