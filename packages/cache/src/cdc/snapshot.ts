/** Which transactions a new snapshot of the primary sees. */
export interface DatabaseSnapshot {
  /** All before it are over. */
  readonly xmin: bigint;
  /** None from it on is seen. */
  readonly xmax: bigint;
  /** Those between that still run, or wait for a standby before they become visible. */
  readonly running: ReadonlySet<bigint>;
}

/** Reads what `pg_current_snapshot()` gives: `xmin:xmax:xid,xid`. @source PostgreSQL docs 9.27.7 "Transaction ID and Snapshot Information Functions" */
export function parseSnapshot(text: string): DatabaseSnapshot {
  const [xmin = '0', xmax = '0', running = ''] = text.split(':');
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    running: new Set(running === '' ? [] : running.split(',').map(BigInt)),
  };
}

/** Whether a transaction that has committed is seen: what `pg_visible_in_snapshot` says. */
export function isVisible({ xmin, xmax, running }: DatabaseSnapshot, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !running.has(xid));
}

const EPOCH = 1n << 32n;
const HALF = 1n << 31n;

/**
 * Extends the 32 bits of a transaction that the stream names to the 64 of a snapshot: the nearest number to `near`, as no
 * two transactions that anything still knows of are further apart than 2^31.
 */
export function extendXid(xid: number, near: bigint): bigint {
  const same = (near & ~(EPOCH - 1n)) | BigInt(xid);
  if (same - near > HALF) return same - EPOCH;
  if (near - same > HALF) return same + EPOCH;
  return same;
}
