import type { Snapshot, StatementRow } from '../observe/index.ts';

/** What the list of statements can be ordered by. */
export const QUERY_ORDERS = ['total', 'mean', 'calls', 'blocks', 'temp', 'wal'] as const;

/** One of {@link QUERY_ORDERS}. */
export type QueryOrder = (typeof QUERY_ORDERS)[number];

/** pg_stat_statements counts temporary blocks; PostgreSQL's block is 8 kB unless it was built otherwise. */
const BLOCK_BYTES = 8192;

const MEASURES: Readonly<Record<QueryOrder, (row: StatementRow) => number>> = {
  total: (row) => row.totalMs,
  mean: (row) => row.meanMs,
  calls: (row) => row.calls,
  blocks: (row) => row.sharedBlocksHit + row.sharedBlocksRead,
  temp: (row) => row.tempBlocksRead + row.tempBlocksWritten,
  wal: (row) => row.walBytes,
};

/** Orders statements, the most expensive first; equal ones by total time, then by id. */
export function sortQueries(rows: readonly StatementRow[], by: QueryOrder): readonly StatementRow[] {
  const measure = MEASURES[by];
  return rows.toSorted(
    (a, b) => measure(b) - measure(a) || b.totalMs - a.totalMs || (a.queryId < b.queryId ? -1 : 1),
  );
}

/** A statement with the figures that the listings show. */
export interface RankedStatement {
  readonly rank: number;
  readonly row: StatementRow;
  /** Of the total time of all statements, 0..1. */
  readonly shareRatio: number;
  readonly rowsPerCall: number;
  /** Shared blocks found in the buffer cache, 0..1; null when none was touched. */
  readonly hitRatio: number | null;
  /** Temporary blocks written. */
  readonly tempBytes: number;
}

/**
 * Ranks statements; shares are of all rows given, pgsteward's own left out.
 * @param limit how many at most
 */
export function rankStatements(
  rows: readonly StatementRow[],
  by: QueryOrder,
  limit: number,
): readonly RankedStatement[] {
  const foreign = rows.filter((row) => !row.isOwn);
  const totalMs = foreign.reduce((sum, row) => sum + row.totalMs, 0);
  return sortQueries(foreign, by)
    .slice(0, limit)
    .map((row, index) => {
      const blocks = row.sharedBlocksHit + row.sharedBlocksRead;
      return {
        rank: index + 1,
        row,
        shareRatio: totalMs > 0 ? row.totalMs / totalMs : 0,
        rowsPerCall: row.calls > 0 ? row.rows / row.calls : 0,
        hitRatio: blocks > 0 ? row.sharedBlocksHit / blocks : null,
        tempBytes: row.tempBlocksWritten * BLOCK_BYTES,
      };
    });
}

/** Gives the statements of a snapshot; none where they could not be read. */
export function statementsOf(snapshot: Snapshot): readonly StatementRow[] {
  const section = snapshot.sections.statements;
  return section.status === 'ok' ? section.data : [];
}
