import { mirrorColumnsByOwnerQuery, mirrorColumnsQuery } from '../../catalog/index.ts';
import type { ColumnStatistics } from '../types.ts';
import type { Reading } from './reading.ts';

/** Names asked for at once: some ten thousand rows of statistics. */
const PAGE_NAMES = 1_000;

/**
 * Reads column statistics, of indexes' expressions too.
 * @param names of tables and indexes; two of the same name in different schemas are asked for once
 * @param isByOwner through the function that the owner made for this
 */
export async function readColumns(
  reading: Reading,
  names: readonly string[],
  isByOwner: boolean,
): Promise<readonly ColumnStatistics[]> {
  const query = isByOwner ? mirrorColumnsByOwnerQuery : mirrorColumnsQuery;
  const unique = [...new Set(names)];
  const columns: ColumnStatistics[] = [];
  for (let begin = 0; begin < unique.length; begin += PAGE_NAMES) {
    for (const row of await reading.rows(query, [unique.slice(begin, begin + PAGE_NAMES)])) columns.push(row);
  }
  return columns.toSorted(
    (left, right) =>
      compare(left.schema, right.schema) ||
      compare(left.table, right.table) ||
      compare(left.column, right.column) ||
      Number(left.isInherited) - Number(right.isInherited),
  );
}

/** By code units: the order is for comparing files, and `localeCompare` is many times slower. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
