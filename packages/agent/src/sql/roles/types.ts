/** What a statement does with a column of one table occurrence. */
export type ColumnRole =
  /** Compared for equality with something that is no column: `=`, `in`, `= any`, `is null`, a boolean by itself. */
  | 'equality'
  /** Compared by order: `<`, `between`, LIKE with a prefix. */
  | 'range'
  /** Equal to a column of another table. */
  | 'join'
  /** In some other condition. */
  | 'filter';

/** A column with a direction, as ORDER BY names it. */
export interface OrderedColumn {
  readonly column: string;
  readonly isDescending: boolean;
  /** Null for the direction's default. */
  readonly nullsFirst: boolean | null;
}

/** An expression on columns of one table that a condition compares, as SQL with quoted bare column names. */
export interface ExpressionUse {
  readonly sql: string;
  readonly role: 'equality' | 'range';
}

/** An operator that only a special access method serves. */
export interface OperatorUse {
  /** Bare column or expression as SQL. */
  readonly sql: string;
  /** The column when it is a bare one. */
  readonly column: string | null;
  /** `@>`, `?`, `@@`, `~~` (LIKE), `~~*` (ILIKE), `~`, `&&` … */
  readonly operator: string;
  /** The constant when it is a literal; null for a parameter. */
  readonly literal: string | null;
}

/** What a parameter is to the column that it is compared with. */
export type ParameterRole =
  | 'equality'
  /** The column is greater, or as great. */
  | 'low'
  /** The column is less, or as little. */
  | 'high'
  /** Pattern of LIKE. */
  | 'pattern'
  /** Element that an array or a text search looks for. */
  | 'element'
  /** Some other operator. */
  | 'other';

/** A `$n` that a condition compares with a bare column. */
export interface ParameterUse {
  /** The n of `$n`. */
  readonly number: number;
  readonly column: string;
  readonly role: ParameterRole;
  /** True for `= any ($n)`: the parameter is an array of such values. */
  readonly isList: boolean;
}

/** One table as a statement reads it: each name in FROM is an occurrence of its own. */
export interface TableOccurrence {
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly roles: ReadonlyMap<string, ReadonlySet<ColumnRole>>;
  /** Every column that the statement needs of it. */
  readonly referenced: ReadonlySet<string>;
  /** Columns of ORDER BY when all of them belong to this occurrence; else empty. */
  readonly order: readonly OrderedColumn[];
  /** Columns of GROUP BY or DISTINCT that belong to it. */
  readonly group: readonly string[];
  /** Conditions on this occurrence alone without parameters, as SQL with bare quoted columns: `"status" = 'pending'`. */
  readonly literalConditions: readonly { readonly sql: string; readonly columns: readonly string[] }[];
  readonly expressions: readonly ExpressionUse[];
  readonly operators: readonly OperatorUse[];
  readonly parameters: readonly ParameterUse[];
}

/** What is known of the schema that a statement runs in. */
export interface NameResolver {
  /** The table that a name means; null for what is none. */
  readonly table: (
    schema: string | null,
    name: string,
  ) => { readonly schema: string; readonly name: string } | null;
  /** Columns of a table in their order. */
  readonly columns: (table: { readonly schema: string; readonly name: string }) => readonly string[];
  /** Defining query of a view; null for what is none. */
  readonly view: (schema: string | null, name: string) => string | null;
}
