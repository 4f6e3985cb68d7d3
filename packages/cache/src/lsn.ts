import { CACHE_ERRORS, failure } from './errors.ts';

/** A position in PostgreSQL's write-ahead log as PostgreSQL writes it: `16/B374D848`. */
export type Lsn = string;

/**
 * Reads a position as a number that can be compared.
 * @throws CACHE.INVALID_LSN
 * @source PostgreSQL docs, "pg_lsn Type"
 */
export function parseLsn(text: Lsn): bigint {
  const [, high, low] = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined) throw failure(CACHE_ERRORS.INVALID_LSN, { text });
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** Writes a position as PostgreSQL does. */
export function formatLsn(position: bigint): Lsn {
  return `${(position >> 32n).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** Gives the position that is furthest; 0 for none. */
export function furthestLsn(positions: readonly bigint[]): bigint {
  let furthest = 0n;
  for (const position of positions) if (position > furthest) furthest = position;
  return furthest;
}
