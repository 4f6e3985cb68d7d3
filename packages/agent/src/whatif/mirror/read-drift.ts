import {
  type MirrorDriftRow,
  mirrorDriftQuery,
  mirrorFingerprintQuery,
  runCatalogListing,
  runCatalogQuery,
} from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';

/** What a target looked like at a moment, in so few words that it is cheap to ask again. */
export interface Drift {
  readonly systemIdentifier: string;
  readonly database: string;
  /** Role that read: another one may see less. */
  readonly user: string;
  readonly version: string;
  readonly schema: string;
  readonly settings: string;
  /** Size and count of analyzes of each table, by its object id. */
  readonly tables: readonly MirrorDriftRow[];
}

const PAGE = { pageRows: 5_000, maximumRows: 500_000 };

/**
 * Reads how a target stands.
 * @returns null where it cannot be told: without the rights, under a lock, and on a standby, whose analyzes happen elsewhere
 */
export async function readDrift(session: Session): Promise<Drift | null> {
  const { database, user, version, isInRecovery } = session.capabilities;
  if (isInRecovery) return null;
  const found = await runCatalogQuery(session, mirrorFingerprintQuery);
  const tables = await runCatalogListing(session, mirrorDriftQuery, PAGE, [[]]);
  const [fingerprint] = found.ok ? found.rows : [];
  if (fingerprint === undefined || !tables.ok || tables.listing.isTruncated) return null;
  return { ...fingerprint, database, user, version, tables: tables.listing.rows };
}

/**
 * Tells whether a target moved too far for a shadow that was built at another moment: any change of schema or settings, any table
 * analyzed since, or one that grew or shrank.
 * @param ratio share of a table's pages, rows or all-visible pages from which it counts, 0..1
 */
export function hasDrifted(before: Drift, after: Drift, ratio: number): boolean {
  if (before.schema !== after.schema || before.settings !== after.settings) return true;
  if (before.version !== after.version || before.tables.length !== after.tables.length) return true;
  const known = new Map(before.tables.map((table) => [table.oid, table]));
  return after.tables.some((table) => {
    const old = known.get(table.oid);
    return old === undefined || old.analyzesCount !== table.analyzesCount || hasMoved(old, table, ratio);
  });
}

function hasMoved(before: MirrorDriftRow, after: MirrorDriftRow, ratio: number): boolean {
  const pairs = [
    [before.pages, after.pages],
    [before.rows, after.rows],
    [before.allVisiblePages, after.allVisiblePages],
    [before.fileBlocks ?? 0, after.fileBlocks ?? 0],
  ] as const;
  return pairs.some(([old, now]) => now !== old && Math.abs(now - old) >= ratio * Math.abs(old));
}
