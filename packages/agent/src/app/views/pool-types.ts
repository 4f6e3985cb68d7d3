import type { ViewChart, ViewRange } from './types.ts';

/** One pool of a pooler at the end of a window. */
export interface PoolRowView {
  readonly pooler: string;
  readonly database: string;
  readonly user: string;
  readonly clientsActive: number;
  readonly clientsWaiting: number;
  readonly serversActive: number;
  readonly serversIdle: number;
  /** Servers that it may hold; null for no limit. */
  readonly poolSize: number | null;
  readonly longestWaitMs: number;
  /** Of its database, whoever the user: poolers count no finer. Null before two readings. */
  readonly transactionsPerSecond: number | null;
  readonly queriesPerSecond: number | null;
  readonly waitPerTransactionMs: number | null;
}

/** Poolers in front of a target. */
export interface PoolsView {
  readonly range: ViewRange;
  /** None when nobody said which there are. */
  readonly poolers: readonly {
    readonly name: string;
    readonly state: 'answering' | 'silent' | 'unknown';
    readonly trouble: string | null;
    readonly version: string | null;
  }[];
  readonly pools: readonly PoolRowView[];
  readonly charts: readonly ViewChart[];
}
