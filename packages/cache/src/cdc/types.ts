import type { ClientConfig } from 'pg';
import type { CacheError } from '../errors.ts';
import type { L2Driver } from '../l2/types.ts';

/** What a worker listens to, and where it takes it. */
export interface WorkerOptions {
  /** The primary, directly: URL or options of node-postgres. A pooler in between hands no change stream over. */
  readonly database: string | ClientConfig;
  /** Of the caches that are to be invalidated. */
  readonly namespace: string;
  /** Their shared store: `redisStore({ client })`. */
  readonly store: L2Driver;
  /** `cdc` reads the write-ahead log (wal_level = logical); `outbox` reads what triggers wrote. By default `cdc`. */
  readonly mode?: 'cdc' | 'outbox';
  /**
   * Tables as SQL names them: `public.products`. By default all that the role may publish and that have a replica
   * identity, also those made later. In mode `outbox`: those that have the triggers.
   */
  readonly tables?: readonly string[];
  /** Replication slot; made where there is none. By default `pgcache_` and the namespace. */
  readonly slot?: string;
  /** Publication; made where there is none. By default as the slot. */
  readonly publication?: string;
  /** Schema of the outbox. By default `public`. */
  readonly schema?: string;
  /** How long the caches remember tags: twice their `maxTtlMs`. By default that of a cache without options. */
  readonly tagTtlMs?: number;
  /** How often the watermark moves. */
  readonly heartbeatMs?: number;
  /** How often the slot and the list of tables are looked at. */
  readonly statusEveryMs?: number;
  /** Rows that a transaction names one by one. */
  readonly maxRowsPerTransaction?: number;
  /** How often the outbox is read. */
  readonly pollMs?: number;
  /** Share of max_slot_wal_keep_size, 0..1, at which an alarm is told. */
  readonly alarmRatio?: number;
}

/** What a worker does now: `waiting` for another one that has the slot, `retrying` after a failure. */
export type WorkerState = 'starting' | 'waiting' | 'running' | 'retrying' | 'stopped';

/** What can be listened to. */
export interface WorkerEvents {
  readonly state: { readonly state: WorkerState; readonly reason: string | null };
  /** Transactions were turned into invalidations that the store has confirmed. */
  readonly invalidate: { readonly transactions: number; readonly tags: number; readonly lsn: bigint };
  /** All of the namespace was invalidated, as something may have been missed. */
  readonly reset: { readonly reason: string };
  /** DDL that the stream does not carry. */
  readonly altered: { readonly tables: readonly string[] };
  /** The slot holds back so much of the write-ahead log that the server may soon give it up. */
  readonly alarm: SlotFacts;
  /** A table that nobody hears of: values that depend on it live for their ttlMs. */
  readonly uncovered: { readonly table: string; readonly reason: string };
  readonly trouble: { readonly error: CacheError };
}

/** What PostgreSQL says of the slot. */
export interface SlotFacts {
  readonly slot: string;
  readonly isActive: boolean;
  /** `reserved`, `extended`, `unreserved` or `lost`. @source PostgreSQL docs 54.19 "pg_replication_slots" */
  readonly walStatus: string;
  /** Log that the server keeps for the slot. */
  readonly retainedBytes: number;
  /** max_slot_wal_keep_size; null for no limit. */
  readonly limitBytes: number | null;
  /** Log that can still be written before the slot may be lost; null for no limit. */
  readonly safeBytes: number | null;
}

/** What a worker says of itself. */
export interface WorkerStatus {
  readonly mode: 'cdc' | 'outbox';
  readonly namespace: string;
  readonly state: WorkerState;
  /** Every commit up to here is invalidated, as PostgreSQL writes it; null before the first. */
  readonly watermarkLsn: string | null;
  /** How old the watermark is, in milliseconds; null before the first. */
  readonly watermarkAgeMs: number | null;
  /** Transactions that came and are not confirmed yet. */
  readonly pendingTransactions: number;
  readonly transactions: number;
  readonly tags: number;
  readonly resets: number;
  /** Tables that are listened to. */
  readonly tables: readonly string[];
  /** Tables of these whose rows cannot be told apart: a change invalidates all values that depend on any row. */
  readonly withoutRowTags: readonly { readonly table: string; readonly reason: string }[];
  readonly uncovered: readonly { readonly table: string; readonly reason: string }[];
  /** Null before the first look, and in mode `outbox`. */
  readonly slot: SlotFacts | null;
  readonly lastError: CacheError | null;
}

/** A worker that turns commits into invalidations until it is stopped. */
export interface InvalidationWorker {
  /**
   * Resolves when it runs for the first time, or waits for another that does.
   * @throws CDC.* what keeps it from running, such as a missing privilege; it goes on trying all the same
   */
  ready(): Promise<void>;
  on<K extends keyof WorkerEvents>(event: K, listener: (detail: WorkerEvents[K]) => void): () => void;
  status(): WorkerStatus;
  /** Ends its connections. What the store has not confirmed comes again when a worker next starts. */
  stop(): Promise<void>;
}
