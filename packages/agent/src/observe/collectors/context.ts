import type { Unavailable } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Gap, Section } from '../types.ts';
import type { LockWatch } from './locks.ts';

/** What a collector works with. */
export interface CollectorContext {
  readonly session: Session;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Relations under an exclusive lock: nothing that takes a lock may touch them. */
  readonly locks: LockWatch;
  /** Notes something that was left out. */
  readonly noteGap: (gap: Gap) => void;
}

/** Rows per page of a listing: large enough to be rare, small enough for each statement to stay short. */
export const PAGE_ROWS = 5_000;

/** A part that could not be read. */
export function unavailable(why: Unavailable): { readonly status: 'unavailable' } & Unavailable {
  return { status: 'unavailable', ...why };
}

/** Takes the first part that could not be read among several; null when all were. */
export function firstUnavailable(
  ...sections: readonly Section<unknown>[]
): ({ readonly status: 'unavailable' } & Unavailable) | null {
  return sections.find((section) => section.status === 'unavailable') ?? null;
}
