/** A column as rewriting needs to know it. */
export interface SchemaColumn {
  readonly name: string;
  /** Bare type name: `int8`, `varchar`, `timestamptz`; of a domain the type below it. */
  readonly typeName: string;
  /** Whether the catalogue keeps NULL out of it, in all children too. */
  readonly isNotNull: boolean;
}

/** A table whose columns are known. */
export interface SchemaTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: ReadonlyMap<string, SchemaColumn>;
  /** Sets of NOT NULL columns that tell its rows apart, the primary key first. */
  readonly keys: readonly (readonly string[])[];
}

/** The schema that statements are rewritten in. */
export interface RewriteSchema {
  /** Null for a view, a function, or a table whose columns were not read. */
  readonly table: (schema: string | null, name: string) => SchemaTable | null;
}
