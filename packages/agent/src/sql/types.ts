/** A table as a statement names it; schema null when the statement leaves it to `search_path`. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

/** A column as a statement names it. */
export interface ColumnReference {
  readonly name: string;
  /** Tables that may own it, nearest scope first; empty when it comes from a subquery, CTE or function. */
  readonly tables: readonly TableName[];
}

/** One side of a comparison that rests on a column. */
export interface Operand {
  readonly column: ColumnReference;
  /** Null for the bare column, else what stands around it for a person: `lower(category)`. */
  readonly display: string | null;
  /** Null for the bare column, else its canonical form, constants as `?`: equal forms mean equal expressions. */
  readonly shape: string | null;
}

/** A comparison of a column, bare or wrapped, with something that no column of the statement is part of. */
export interface Comparison {
  readonly kind: 'comparison';
  /** `=`, `<`, `<=`, `>`, `>=`, `between`, `in` (also `= any (…)`). */
  readonly operator: string;
  readonly operand: Operand;
  /** Type that the other side is cast to, bare and lower case; null when it is not. */
  readonly constantType: string | null;
  /** The other side calls a function of the current time. */
  readonly isRelativeToNow: boolean;
}

/** LIKE or ILIKE on a bare column. */
export interface PatternMatch {
  readonly kind: 'pattern';
  readonly operator: 'like' | 'ilike';
  readonly column: ColumnReference;
  /** True when the statement shows that the pattern begins with a wildcard; false when it does not tell. */
  readonly hasLeadingWildcard: boolean;
}

/** Alternatives; each arm lists the predicates of which all must hold. */
export interface Alternatives {
  readonly kind: 'or';
  /** Null for an arm that holds more than predicates on columns. */
  readonly arms: readonly (readonly Predicate[] | null)[];
}

/** `column not in (select …)`. */
export interface Exclusion {
  readonly kind: 'not-in-subquery';
  readonly column: ColumnReference | null;
}

/** A condition in WHERE or ON, as far as it says something about columns. */
export type Predicate = Comparison | PatternMatch | Alternatives | Exclusion;

/** What pgsteward understands of one statement. */
export interface ParsedStatement {
  readonly kind: 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'copy' | 'utility';
  /** Tables read, each once; CTEs are left out. */
  readonly reads: readonly TableName[];
  /** Tables written, each once. */
  readonly writes: readonly TableName[];
  /** Conditions of all WHERE and ON clauses that are joined by AND at their top. */
  readonly predicates: readonly Predicate[];
  /** Some other condition rests on a parameter: `filters @> $1`, `a <> $1`, a subquery with one. */
  readonly hasOtherConditions: boolean;
  /** Columns of all GROUP BY clauses. */
  readonly groupColumns: readonly ColumnReference[];
  /** Groups, aggregates or removes duplicates. */
  readonly isAggregate: boolean;
  /** SELECT … FOR UPDATE and its kin. */
  readonly isLocking: boolean;
  readonly hasOffset: boolean;
  /** Reads one table and returns its rows as they are: no join, subquery, grouping or window. */
  readonly isPlainRead: boolean;
  /** Bare lower-case names of the functions called, each once. */
  readonly functions: readonly string[];
}
