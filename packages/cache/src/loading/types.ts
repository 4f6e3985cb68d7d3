import type { Entry } from '../l1/entry.ts';
import type { TagVersion } from '../l2/types.ts';
import type { TagCell } from '../tags.ts';
import type { Loader, Tier } from '../types.ts';
import type { Codec } from '../value/codec.ts';

/** The options of one call, checked and complete. */
export interface Request {
  readonly id: string;
  readonly tags: readonly string[];
  readonly ttlMs: number;
  readonly swrMs: number;
  readonly negativeTtlMs: number;
  readonly loaderTimeoutMs: number;
  readonly mode: 'cache' | 'bypass' | 'refresh';
  readonly codec: Codec<unknown>;
  readonly bound: Bound;
}

/** How old a value may be. */
export interface Bound {
  readonly maxStalenessMs: number | null;
  readonly minLsn: bigint | null;
}

/** One look at the shared store, and what it showed. */
export interface Reading {
  readonly request: Request;
  readonly cells: readonly TagCell[];
  /** When it began, by `performance.now()`. */
  readonly startedMs: number;
  /** Only a value loaded after this counts, by `performance.now()`; null where any does. */
  readonly newerThanMs: number | null;
  /** Versions of the cells before the load; null until they are read. */
  versions: readonly TagVersion[] | null;
  /** What a replica must have replayed for its value to be kept. */
  lsnFloor: bigint;
}

/** A value on its way to all who wait for it. */
export interface Flight extends Reading {
  readonly loader: Loader<unknown>;
  readonly isBackground: boolean;
  /** Callers beside the first. */
  joined: number;
  promise: Promise<Outcome>;
}

/** What a flight brought. */
export interface Outcome {
  readonly value: unknown;
  /** Decodes a copy; null where all share {@link Outcome.value}. */
  readonly copy: (() => unknown) | null;
  readonly tier: Tier | 'loader';
  /** What was found or kept; null where nothing was. */
  readonly entry: Entry | null;
}
