import type { Plan } from './plan.ts';

/** Access methods that can be planned for. */
export type IndexMethod = 'btree' | 'hash' | 'gin' | 'gist' | 'spgist' | 'brin';

/** One key of an index. */
export interface IndexKey {
  /** A column by its name as PostgreSQL stores it, or an expression as SQL (with quoted names). */
  readonly on:
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'expression'; readonly sql: string };
  /** Operator class as SQL, such as `jsonb_path_ops` or `"public".gin_trgm_ops`; null for the default. */
  readonly operatorClass: string | null;
  /** Collation as SQL, such as `"C"`; null for the column's. */
  readonly collation: string | null;
  readonly isDescending: boolean;
  /** Null for the default: last when ascending, first when descending. */
  readonly nullsFirst: boolean | null;
}

/** An index that does not exist. Names are as PostgreSQL stores them, unquoted; SQL parts are ready to be sent. */
export interface IndexDefinition {
  readonly schema: string;
  readonly table: string;
  readonly method: IndexMethod;
  readonly keys: readonly IndexKey[];
  /** Columns of INCLUDE. */
  readonly include: readonly string[];
  /** Predicate of a partial index as SQL; null for all rows. */
  readonly predicate: string | null;
  readonly isUnique: boolean;
  /** Storage parameters, such as `{ fillfactor: '90' }`. */
  readonly options: Readonly<Record<string, string>>;
}

/** An index that exists on the target. */
export interface ExistingIndex {
  readonly schema: string;
  readonly name: string;
}

/** An index as the planner sees it: it can be used in plans, it holds no rows. */
export interface HypotheticalIndex {
  readonly kind: 'index';
  /** Id within its planner. */
  readonly id: number;
  readonly definition: IndexDefinition;
  /** Predicted size of all its files; of a partitioned table, of all partitions. */
  readonly sizeBytes: number;
  /** Predicted entries. */
  readonly rows: number;
  /** Levels above the leaves of a btree; null for other methods. */
  readonly treeHeight: number | null;
}

/** An index that the planner cannot suppose. */
export interface RefusedIndex {
  readonly kind: 'refused';
  readonly definition: IndexDefinition;
  /** PostgreSQL's own words where it refused. */
  readonly reason: string;
}

export type Hypothesis = HypotheticalIndex | RefusedIndex;

/** The indexes that a plan may use: all existing ones but the hidden, and the hypothetical ones named. */
export interface Configuration {
  /** Ids of hypothetical indexes. */
  readonly add: readonly number[];
  /** Existing indexes that are taken to be dropped. */
  readonly hide: readonly ExistingIndex[];
}

/** A statement to be planned. */
export interface PlannableStatement {
  /** Names it in results and messages: a query id, a file. */
  readonly id: string;
  /** One statement, as pg_stat_statements or a file shows it; may hold `$1`, `$2` … */
  readonly sql: string;
  /** Values of the parameters as text, null for NULL; null plans generically, without knowing them. */
  readonly values: readonly (string | null)[] | null;
  /** Schemas that bare names are looked up in; null for the target's own `search_path`. */
  readonly searchPath: readonly string[] | null;
}

/** Values that the parameters of a statement typically have. */
export interface ValueSet {
  /** How many rows they let through, compared with others: many, a middling number, few. */
  readonly kind: 'common' | 'median' | 'rare';
  /** In the order of the parameters, as text. */
  readonly values: readonly (string | null)[];
}

/** A statement's plan, or why it has none. */
export type Planned =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly reason: string };

/** A table or materialized view that does not exist, filled by a query. */
export interface TableQuery {
  readonly schema: string;
  readonly name: string;
  /** Its defining query, without parameters. */
  readonly sql: string;
}

/** Such a table as the planner sees it; statements may name it until it is forgotten. */
export interface HypotheticalTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Planner's cost of the defining query: what one refresh costs. */
  readonly refreshCost: number;
}

/**
 * The port of what-if planning: asks a real PostgreSQL planner for plans under indexes that do not exist, or without
 * ones that do. Never runs a statement.
 */
export interface Planner {
  readonly provider: 'shadow' | 'hypopg';
  /** Full version of the server whose planner answers: `18.4`. */
  readonly serverVersion: string;
  /** What could not be mirrored or supposed, and what it costs. */
  readonly gaps: readonly { readonly id: string; readonly reason: string; readonly remedy: string }[];
  /** Supposes indexes; in the order given. They are in no plan until a configuration names them. */
  suppose(definitions: readonly IndexDefinition[]): Promise<readonly Hypothesis[]>;
  /** Drops supposed indexes for good; their ids are not used again. */
  forget(ids: readonly number[]): Promise<void>;
  /**
   * Plans statements under one configuration, pipelined.
   * @returns in the order of the statements; one that PostgreSQL refuses does not disturb the others
   */
  plan(statements: readonly PlannableStatement[], configuration: Configuration): Promise<readonly Planned[]>;
  /** Whether there is such an index to hide. */
  hasIndex(index: ExistingIndex): Promise<boolean>;
  /** Gives typical values of a statement's parameters, from statistics; none where nothing is known of them. */
  representativeValues(statement: PlannableStatement): Promise<readonly ValueSet[]>;
  /** Supposes a table filled by a query; null from a provider that cannot. */
  supposeTable(query: TableQuery): Promise<HypotheticalTable | null>;
  forgetTable(table: HypotheticalTable): Promise<void>;
  /** EXPLAINs sent so far. */
  calls(): number;
  close(): Promise<void>;
}
