import type { IndexDefinition, IndexKey } from '../../../planner/index.ts';
import type { TableOccurrence } from '../../../sql/index.ts';
import type { IndexConstraints, Workload, WorkloadTable } from '../types.ts';

/** A definition with its reason. */
export interface Draft {
  readonly definition: IndexDefinition;
  readonly why: string;
}

/** What drafts are made from. */
export interface DraftInputs {
  readonly occurrence: TableOccurrence;
  readonly table: WorkloadTable;
  readonly workload: Workload;
  readonly constraints: IndexConstraints;
}

/** Makes a plain ascending key. */
export function columnKey(name: string): IndexKey {
  return {
    on: { kind: 'column', name },
    operatorClass: null,
    collation: null,
    isDescending: false,
    nullsFirst: null,
  };
}

/** Makes a plain btree. */
export function btree(
  table: { readonly schema: string; readonly name: string },
  keys: readonly IndexKey[],
  rest: { readonly include?: readonly string[]; readonly predicate?: string | null } = {},
): IndexDefinition {
  return {
    schema: table.schema,
    table: table.name,
    method: 'btree',
    keys,
    include: rest.include ?? [],
    predicate: rest.predicate ?? null,
    isUnique: false,
    options: {},
  };
}
