import type { Gap } from '../../observe/index.ts';

/** What one statement did in the time that is judged. */
export interface CachedStatement {
  /** Query id, or the fingerprint where it has none any more. */
  readonly id: string;
  readonly sql: string;
  /** False where the text was cut: a part may parse and say something else. */
  readonly isWhole: boolean;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  /** Time of reading blocks; 0 where it is not measured. */
  readonly blockReadMs: number;
}

/** What was read and changed in a stretch of time. */
export interface CachingWorkload {
  /** `history`: kept by the daemon; `counters`: all since they were reset. */
  readonly source: 'history' | 'counters';
  readonly observedMs: number;
  /** Statements other than pgsteward's own, writing ones too, the longest total time first. */
  readonly statements: readonly CachedStatement[];
  /** Rows changed in each second, by object id of the table (of the topmost parent of a partition). */
  readonly rowChangesPerSecond: ReadonlyMap<number, number>;
}

/** How a kept result ends: with a change of its row, with a change of its tables, or by time alone. */
export type Invalidation = 'row' | 'table' | 'time';

/** What is the same of everything that is said of a statement. */
export interface JudgedStatement {
  readonly id: string;
  readonly sql: string;
  readonly callsPerDay: number;
  readonly meanMs: number;
  /** Share of the execution time of all statements, 0..1. */
  readonly timeRatio: number;
}

/** A statement worth caching. */
export interface CacheCandidate extends JudgedStatement {
  /** Tables that it reads, as SQL names them. */
  readonly tables: readonly string[];
  readonly invalidation: Invalidation;
  readonly ttlMs: number;
  /** Predicted share of reads that find a result, 0..1. */
  readonly hitRatio: number;
  /** The same where nothing that cannot be counted repeats, and where all of it goes with what can. */
  readonly lowHitRatio: number;
  readonly highHitRatio: number;
  /** Whether the low one is too low: try it, and keep it if the cache's own counters agree. */
  readonly isConditional: boolean;
  /** Different results that counted parameters make. */
  readonly keysCount: number;
  /** Changes that end a result, in each second; 0 where time alone does. */
  readonly changesPerSecond: number;
  /** Entries at any time, and what they take. */
  readonly entriesCount: number;
  readonly sizeBytes: number;
  /** Execution time on the server that it saves. */
  readonly savedMsPerDay: number;
  /** Of that, what is no waiting for blocks. */
  readonly savedCpuMsPerDay: number;
  /** Share of the execution time of all statements that it saves, 0..1. */
  readonly savedRatio: number;
  readonly why: string;
  /** How old an answer may be, and what makes it so. */
  readonly staleness: string;
  /** What was taken for granted. */
  readonly assumptions: readonly string[];
  /** TypeScript for `@pgsteward/cache`. */
  readonly snippet: string;
}

/** A statement that something else serves better than a cache. */
export interface CacheAlternative extends JudgedStatement {
  readonly kind: 'index' | 'materialized-view' | 'rewrite' | 'replica';
  readonly why: string;
  /** What to do, one sentence. */
  readonly remedy: string;
}

/** Why a statement is not worth caching, or must not be. */
export type CacheRefusalReason =
  | 'writes'
  | 'locks'
  | 'volatile'
  | 'no-table'
  | 'unreadable'
  | 'too-little'
  | 'too-rare'
  | 'too-cheap'
  | 'unknown-relation'
  | 'unknown-keys'
  | 'too-many-keys'
  | 'changes-too-often';

/** A statement that is better not cached. */
export interface CacheRefusal extends JudgedStatement {
  readonly reason: CacheRefusalReason;
  readonly why: string;
}

/** What became of looking for what to cache. */
export interface CachingAdvice {
  readonly workload: Pick<CachingWorkload, 'source' | 'observedMs'> & { readonly statementsCount: number };
  /** What saves most first. */
  readonly candidates: readonly CacheCandidate[];
  /** What takes most time first, as the refusals. */
  readonly alternatives: readonly CacheAlternative[];
  readonly refusals: readonly CacheRefusal[];
  readonly unavailable: readonly Gap[];
}
