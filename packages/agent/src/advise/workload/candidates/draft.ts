import type { IndexDefinition } from '../../../planner/index.ts';
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
