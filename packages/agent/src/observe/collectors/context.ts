import type { CatalogResult, LockedRelationRow, QueryValues, Unavailable } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Gap, Section } from '../types.ts';

/**
 * The relations under ACCESS EXCLUSIVE that are known so far. Others may be locked at any moment: a read that
 * meets one asks for the list anew and runs again without it.
 */
export interface LockWatch {
  /** Object ids of the locked relations. */
  oids(): readonly number[];
  /** Reads the list anew; what was locked before stays left out. */
  refresh(): Promise<CatalogResult<LockedRelationRow>>;
  /** Gives a query's values from the locked relations, again after each refresh. */
  values(from: (lockedOids: readonly number[]) => readonly unknown[]): QueryValues;
}

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
export const PAGE_ROWS = 2_000;

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
