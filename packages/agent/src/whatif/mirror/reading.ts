import {
  type CatalogQuery,
  type CatalogResult,
  lockedRelationsQuery,
  type QueryValues,
  runCatalogListing,
  runCatalogQuery,
} from '../../catalog/index.ts';
import { displayName } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { MirrorGap } from '../types.ts';

/** What the parts of a mirror are read with: a session, the relations to leave alone, and where gaps go. */
export interface Reading {
  readonly session: Session;
  readonly gaps: readonly MirrorGap[];
  note(gap: MirrorGap): void;
  /** Reads all rows; none, and a gap, when the query cannot run. */
  rows<Row>(query: CatalogQuery<Row>, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Reads rows of a query whose `$1` is the list of locked relations. */
  unlockedRows<Row>(query: CatalogQuery<Row>): Promise<readonly Row[]>;
  /** Reads a listing whose `$3` is the list of locked relations. */
  listing<Row extends { readonly oid: number }>(query: CatalogQuery<Row>): Promise<readonly Row[]>;
}

const PAGE_ROWS = 5_000;
const MAXIMUM_ROWS = 500_000;

/** Begins to read a target: notes which relations are under ACCESS EXCLUSIVE, now and whenever a read meets another. */
export async function beginReading(session: Session): Promise<Reading> {
  const gaps: MirrorGap[] = [];
  const note = (gap: MirrorGap): void => {
    gaps.push(gap);
  };
  const locks = createLockWatch(session, note);
  await locks.refresh();
  const unavailable = (query: CatalogQuery<never>, why: { reason: string; remedy: string }): void =>
    note({ id: query.id.replace('catalog/mirror-', 'whatif/'), subject: null, ...why });
  const taken = <Row>(query: CatalogQuery<Row>, result: CatalogResult<Row>): readonly Row[] => {
    if (result.ok) return result.rows;
    unavailable(query as CatalogQuery<never>, result.unavailable);
    return [];
  };
  return {
    session,
    gaps,
    note,
    rows: async (query, values = []) => taken(query, await runCatalogQuery(session, query, values)),
    unlockedRows: async (query) => taken(query, await runCatalogQuery(session, query, locks.values)),
    async listing(query) {
      const page = { pageRows: PAGE_ROWS, maximumRows: MAXIMUM_ROWS };
      const result = await runCatalogListing(session, query, page, locks.values);
      if (!result.ok) return taken(query, result);
      const { rows, isTruncated, stoppedBy } = result.listing;
      const remedy = 'the rest is planned as if it were not there';
      if (isTruncated)
        unavailable(
          query as CatalogQuery<never>,
          stoppedBy ?? { reason: `${query.id} was cut off after ${rows.length} rows`, remedy },
        );
      return rows;
    },
  };
}

interface LockWatch {
  readonly values: QueryValues;
  refresh(): Promise<void>;
}

function createLockWatch(session: Session, note: (gap: MirrorGap) => void): LockWatch {
  const known = new Set<number>();
  const refresh = async (): Promise<void> => {
    const result = await runCatalogQuery(session, lockedRelationsQuery);
    for (const { oid, schema, name, mode } of result.ok ? result.rows : []) {
      if (known.has(oid)) continue;
      known.add(oid);
      const named = schema === '' ? `the relation ${name}` : displayName(schema, name);
      note({
        id: 'whatif/relation-locked',
        reason: `${named} was left out: somebody holds or waits for ${mode} on it`,
        remedy: 'run again when the lock is released',
        subject: { schema, name },
      });
    }
  };
  return { values: { current: () => [[...known]], refresh }, refresh };
}

/** Errors that a server reports of one statement carry a code of five characters; a lost connection does not come here. */
export function isOfServer(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^[0-9A-Z]{5}$/.test(error.code)
  );
}
