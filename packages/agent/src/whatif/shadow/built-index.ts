import type { IndexMethod } from '../../planner/index.ts';

/** An index as it was really made, empty, in the shadow. */
export interface BuiltIndex {
  /** Object id of the index that was asked for, which of a partitioned table has others below it. */
  readonly root: number;
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly path: string;
  readonly method: IndexMethod;
  readonly isUnique: boolean;
  readonly tableSchema: string;
  readonly tableName: string;
  readonly keyCount: number;
  readonly predicate: string | null;
  readonly options: readonly string[];
  readonly columns: readonly BuiltColumn[];
}

/** A column of such an index. */
export interface BuiltColumn {
  /** Null for an expression. */
  readonly column: string | null;
  readonly lengthBytes: number;
  readonly alignmentBytes: number;
  readonly type: string;
  readonly operatorClass: string | null;
  readonly expression: string | null;
  /** Expression that a stored generated column's values come from; null of other columns. */
  readonly generation: string | null;
  /** Number within the index, and type, modifier and collation of what is stored. */
  readonly number: number;
  readonly typeId: number;
  readonly modifier: number;
  readonly collation: number;
}
