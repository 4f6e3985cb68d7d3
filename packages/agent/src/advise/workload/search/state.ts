import { definitionKey, type HypotheticalIndex, type Planner } from '../../../planner/index.ts';
import { isCoveredByExisting } from '../candidates/covered.ts';
import type { AdvisedDrop, IndexConstraints, SearchProgress, Workload } from '../types.ts';
import type { SetLimits } from './master.ts';
import type { Oracle } from './oracle.ts';

/** All that one search shares. */
export interface Search {
  readonly workload: Workload;
  readonly constraints: IndexConstraints;
  readonly planner: Planner;
  readonly oracle: Oracle;
  readonly limits: SetLimits;
  /** Existing indexes that are taken to be gone. */
  readonly unused: readonly AdvisedDrop[];
  readonly indexes: Map<number, HypotheticalIndex>;
  /** Why a candidate was made, by its definition. */
  readonly whys: Map<string, string>;
  /** Candidates that were made for a statement, by its id. */
  readonly madeFor: ReadonlyMap<string, readonly number[]>;
  /** Tables that a statement reads, by its id: `schema.name`. */
  readonly tablesOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** Columns that statements read of a table: `schema.name` → columns, by statement. */
  readonly columnsOf: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
  readonly onProgress: (progress: SearchProgress) => void;
}

/** Supposes further definitions; those known already, answered by an index that exists, refused or too big give none. */
export async function supposeMore(
  search: Search,
  definitions: readonly HypotheticalIndex['definition'][],
): Promise<readonly HypotheticalIndex[]> {
  const known = new Set([...search.indexes.values()].map((index) => definitionKey(index.definition)));
  const fresh = new Map(definitions.map((definition) => [definitionKey(definition), definition]));
  for (const key of known) fresh.delete(key);
  for (const [key, definition] of fresh) {
    const { schema, table } = definition;
    const home = search.workload.tables.find((one) => one.schema === schema && one.name === table);
    if (home !== undefined && isCoveredByExisting(definition, home, search.constraints)) fresh.delete(key);
  }
  if (fresh.size === 0) return [];
  const supposed = await search.planner.suppose([...fresh.values()]);
  const budget = search.limits.budgetBytes ?? Number.POSITIVE_INFINITY;
  return supposed.flatMap((one) => {
    if (one.kind === 'refused' || one.sizeBytes > budget) return [];
    search.indexes.set(one.id, one);
    return [one];
  });
}
