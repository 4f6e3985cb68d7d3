import { quoteIdentifier, quoteQualified } from '../kernel/index.ts';
import type { IndexFacts } from '../observe/index.ts';
import { durationSetting, type Setting } from '../settings/index.ts';
import { indexFamilies, total } from './partition-families.ts';

/** Time after which an index without a scan is taken to be unused; the check and the index advisor share it. */
export const unusedObservedSetting: Setting<number> = durationSetting({
  key: 'diagnose.unused-index.observed-ms',
  summary:
    'Time that the statistics must cover before an unused index is a warning; shorter is only mentioned.',
  default: 35 * 86_400_000,
  source: 'pganalyze: 35 days cover a monthly job',
});

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
