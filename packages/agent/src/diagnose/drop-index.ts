import { quoteIdentifier, quoteQualified } from '../kernel/index.ts';
import type { IndexFacts } from '../observe/index.ts';
import { indexFamilies, total } from './partition-families.ts';

/** Writes the statement that drops an index, or the constraint that it backs; a partitioned index cannot be dropped concurrently. */
export function dropStatement(index: IndexFacts): string {
  if (index.constraintName !== null) {
    const table = quoteQualified(index.schema, index.tableName);
    return `alter table ${table} drop constraint ${quoteIdentifier(index.constraintName)}`;
  }
  const name = quoteQualified(index.schema, index.name);
  return index.isPartitioned ? `drop index ${name}` : `drop index concurrently ${name}`;
}

/** Gives the size in bytes of each topmost index with its partitions, by object id. */
export function indexSizes(indexes: readonly IndexFacts[]): ReadonlyMap<number, number> {
  return new Map(
    indexFamilies(indexes).map((family) => [family.root.oid, total(family, (index) => index.sizeBytes)]),
  );
}
