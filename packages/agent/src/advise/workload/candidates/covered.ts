import { type IndexDefinition, indexKeySql } from '../../../planner/index.ts';
import type { WorkloadTable } from '../types.ts';

/**
 * Tells whether an existing index does all that a definition would: the same keys in front, all its columns, no narrower predicate.
 * @param canRepeat whether a narrower copy of an existing index is another index
 */
export function isCoveredByExisting(
  definition: IndexDefinition,
  table: WorkloadTable,
  { canRepeat }: { readonly canRepeat: boolean },
): boolean {
  return table.indexes.some(
    (index) =>
      index.definition !== null &&
      covers(index.definition, definition) &&
      !(canRepeat && !covers(definition, index.definition)),
  );
}

/** Tells whether the first index answers whatever the second answers. */
export function covers(wide: IndexDefinition, narrow: IndexDefinition): boolean {
  if (wide.method !== narrow.method || wide.schema !== narrow.schema || wide.table !== narrow.table)
    return false;
  if (wide.predicate !== null && wide.predicate !== narrow.predicate) return false;
  if (narrow.isUnique && !wide.isUnique) return false;
  const keys = narrow.keys.map(indexKeySql);
  const front = wide.keys.slice(0, keys.length).map(indexKeySql);
  if (keys.some((key, index) => key !== front[index])) return false;
  if (narrow.method !== 'btree' && wide.keys.length !== keys.length) return false;
  const carried = new Set([
    ...wide.include,
    ...wide.keys.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : [])),
  ]);
  return narrow.include.every((column) => carried.has(column));
}
