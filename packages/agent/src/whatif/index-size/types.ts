import type { IndexMethod } from '../../planner/index.ts';

/** What the size of an index depends on; no name, no SQL. */
export interface IndexFacts {
  readonly method: IndexMethod;
  /** `server_version_num`: builds changed over the years. */
  readonly versionNumber: number;
  /** Rows that the predicate lets in; all of the table's without one. */
  readonly rows: number;
  readonly tableRows: number;
  readonly tableBlocks: number;
  /** Keys, then INCLUDE, as the index stores them. */
  readonly columns: readonly IndexColumnFacts[];
  readonly isUnique: boolean;
  /** Whether equal keys may share a tuple (`allequalimage` of the metapage). */
  readonly canDeduplicate: boolean;
  /** Storage parameters as `pg_class.reloptions` holds them: `{ fillfactor: '70' }`. */
  readonly options: Readonly<Record<string, string>>;
  /** Distinct combinations of all keys from extended statistics; null when there are none. */
  readonly distinctKeys: number | null;
}

/** One column of an index. */
export interface IndexColumnFacts {
  readonly isKey: boolean;
  /** `attlen` of what is stored: -1 for a variable length. */
  readonly lengthBytes: number;
  /** `attalign` in bytes: 1, 2, 4 or 8. */
  readonly alignmentBytes: number;
  /** Type as `format_type` names it, without modifier. */
  readonly type: string;
  /** Operator class by its bare name; null of an INCLUDE column. */
  readonly operatorClass: string | null;
  readonly values: ValueFacts;
  /** What GIN extracts of the values; null for other methods. */
  readonly elements: ElementFacts | null;
}

/** What statistics tell of a column's values, or of an expression's. */
export interface ValueFacts {
  /** Share of NULLs among the rows. */
  readonly nullRatio: number;
  /** Stored sizes with their share of the non-null values, header included; one entry when nothing better is known. */
  readonly widths: readonly WidthShare[];
  /** Distinct values in the whole table; null when unknown. */
  readonly distinct: number | null;
  /** Shares of all rows of the most common values, greatest first. */
  readonly commonShares: readonly number[];
  /** Physical against logical order, -1..1; null when unknown. */
  readonly correlation: number | null;
  /** Runs of equal mass of the other values, each with how many distinct values it can hold at most; null when unknown. */
  readonly spread: readonly number[] | null;
  /** Bytes that a text shares with its neighbour in a sorted sample; 0 when unknown. */
  readonly sharedPrefixBytes: number;
}

/** A stored size and how many of the values have it. */
export interface WidthShare {
  readonly bytes: number;
  readonly share: number;
}

/** Keys that GIN extracts of one column. */
export interface ElementFacts {
  /** Classes of keys that occur alike often. */
  readonly classes: readonly ElementClass[];
  /** Share of the rows that give no key at all: NULL or empty; they are stored under a placeholder. */
  readonly emptyRatio: number;
}

/** Keys that occur alike often. */
export interface ElementClass {
  readonly keys: number;
  /** Share of the index's rows that hold one such key. */
  readonly rowShare: number;
  /** Size of a key as stored, header included. */
  readonly keyBytes: number;
}

/** The predicted size of one index. */
export interface IndexSize {
  /** Whole blocks of 8 kB of the main fork. */
  readonly pages: number;
  /** Levels above the leaves of a btree; null for other methods. */
  readonly treeHeight: number | null;
  /** `pg_class.reltuples` that a build leaves: entries, which for GIN are more than rows and for BRIN are ranges. */
  readonly entries: number;
}
