import type { ClientConfig } from 'pg';
import type { CacheError } from '../errors.ts';
import type { Listeners } from '../events.ts';
import type { L2Store } from '../l2/types.ts';
import type { Catalogue } from './catalogue.ts';
import type { WorkerNumber } from './settings.ts';
import type { SlotFacts, WorkerEvents } from './types.ts';

/** What the parts of one worker share. */
export interface WorkerContext {
  readonly config: ClientConfig;
  readonly namespace: string;
  readonly mode: 'cdc' | 'outbox';
  readonly tables: readonly string[] | null;
  readonly slot: string;
  readonly publication: string;
  readonly schema: string;
  readonly numbers: Readonly<Record<WorkerNumber, number>>;
  readonly store: L2Store;
  readonly listeners: Listeners<WorkerEvents>;
  /** Fires when the worker is stopped, or the session of this context is over. */
  readonly signal: AbortSignal;
  readonly catalogue: Catalogue;
  readonly progress: Progress;
  /** Says that all is set up and the changes come. */
  readonly running: () => void;
  readonly trouble: (error: unknown) => CacheError;
}

/** What the parts note for {@link InvalidationWorker.status}. */
export interface Progress {
  watermark: { readonly lsn: bigint; readonly atMs: number } | null;
  pending: () => number;
  transactions: number;
  tags: number;
  resets: number;
  tables: readonly string[];
  /** Of {@link Progress.tables}. */
  oids: readonly number[];
  withoutRowTags: () => readonly { readonly table: string; readonly reason: string }[];
  uncovered: readonly { readonly table: string; readonly reason: string }[];
  slot: SlotFacts | null;
}

/** Invalidates all of the namespace, and says why. */
export async function reset(context: WorkerContext, reason: string): Promise<void> {
  await context.store.bumpNamespace();
  context.progress.resets += 1;
  context.listeners.emit('reset', { reason });
}

/** Moves the watermark. @param atMs by the store's clock, read before `lsn` */
export async function advance({ store, progress }: WorkerContext, lsn: bigint, atMs: number): Promise<void> {
  await store.advance(lsn, atMs);
  progress.watermark = { lsn, atMs };
}
