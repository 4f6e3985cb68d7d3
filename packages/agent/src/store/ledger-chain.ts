import { createHash } from 'node:crypto';

/** An entry of the ledger as it is kept. */
export interface LedgerRow {
  /** Counts from 1 without a hole. */
  readonly number: number;
  readonly target: string;
  readonly actionId: string;
  /** The entry's JSON, to the letter: its hash is of this text. */
  readonly entry: string;
  /** Hexadecimal SHA-256 of the hash before and this entry. */
  readonly hash: string;
}

/** What a look through the whole ledger found. */
export interface LedgerCheck {
  readonly entriesCount: number;
  /** Hash of the last entry: whoever wrote it down elsewhere can tell whether the end was cut off. */
  readonly head: string;
  /** The first entry that is not as it was written, and what is wrong; null when all of them are. */
  readonly broken: { readonly number: number; readonly why: string } | null;
}

/** Hash before the first entry. */
export const FIRST_HASH: string = '0'.repeat(64);

/** Hash of an entry, which vouches for all entries before it. */
export function chainHash(previous: string, entry: string): string {
  return createHash('sha256').update(previous).update('\n').update(entry).digest('hex');
}

/**
 * Looks whether entries are as they were written.
 * @param rows all entries, oldest first
 */
export function checkChain(rows: Iterable<Pick<LedgerRow, 'number' | 'entry' | 'hash'>>): LedgerCheck {
  let head = FIRST_HASH;
  let entriesCount = 0;
  for (const { number, entry, hash } of rows) {
    if (number !== entriesCount + 1) return broken(entriesCount + 1, 'is missing');
    if (chainHash(head, entry) !== hash) return broken(number, 'is not what was written');
    head = hash;
    entriesCount += 1;
  }
  return { entriesCount, head, broken: null };

  function broken(number: number, why: string): LedgerCheck {
    return { entriesCount, head, broken: { number, why } };
  }
}
