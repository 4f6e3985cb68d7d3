import type { TagVersion } from '../l2/types.ts';
import type { TagCell } from '../tags.ts';

/** One value that the process holds. Times are of its own clock, which never goes back. */
export interface Entry {
  readonly id: string;
  readonly tags: readonly string[];
  readonly cells: readonly TagCell[];
  /** The cells' versions from before the load. */
  readonly versions: readonly TagVersion[];
  /** Settled already, so that a hit makes nothing new; null where each reader needs a copy, or nothing is held. */
  readonly settled: Promise<unknown> | null;
  readonly value: unknown;
  /** Decodes a copy; null where all share {@link Entry.value}. */
  readonly copy: (() => unknown) | null;
  readonly loadedAtMs: number;
  readonly loadMs: number;
  /** What the loader saw of the write-ahead log; 0 where it did not say. */
  readonly lsn: bigint;
  /** From here on a reader may start a load in the background: early by luck, or past `ttlMs` for certain. */
  readonly earlyMs: number;
  /** Until when it is fresh. */
  readonly softMs: number;
  /** Until when the process may give it. */
  readonly untilMs: number;
  readonly sizeBytes: number;
}

/** Gives an entry's value: the shared one, or a copy of the reader's own. */
export function readEntry(entry: Entry): unknown {
  return entry.copy === null ? entry.value : entry.copy();
}
