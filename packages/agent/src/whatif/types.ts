/**
 * What a planner needs to know of a database: schema, statistics, sizes and settings, none of its rows. Written to
 * a file by `pgsteward stats export`, built into a shadow by `openShadow`. JSON all through: numbers as PostgreSQL
 * stores them, values as texts in its output format (ISO dates, hex bytea), so that a file loses nothing.
 */
export interface Mirror {
  readonly schema: 'pgsteward/mirror@1';
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** True when values of rows (most common values, histogram bounds, extremes) were left out. */
  readonly isRedacted: boolean;
  readonly server: MirrorServer;
  /** Planner settings and other settings that move plans, by name, as `pg_settings.setting` shows them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly extensions: readonly {
    readonly name: string;
    readonly schema: string;
    readonly version: string;
  }[];
  /** Statements that make the schema, in an order that works; each says whose it is, so that a failure stays local. */
  readonly ddl: readonly MirrorDdl[];
  readonly relations: readonly RelationStatistics[];
  readonly columns: readonly ColumnStatistics[];
  readonly extended: readonly ExtendedStatistics[];
  readonly extremes: readonly ColumnExtremes[];
  /** What could not be read, and what it costs. */
  readonly gaps: readonly MirrorGap[];
}

/** What could not be mirrored. */
export interface MirrorGap {
  readonly id: string;
  readonly reason: string;
  readonly remedy: string;
  /** Object that the gap is about, unquoted; null when it is about all. */
  readonly subject: { readonly schema: string; readonly name: string } | null;
}

/** The server that a mirror was taken of. */
export interface MirrorServer {
  /** `server_version_num`, such as 150018. */
  readonly versionNumber: number;
  readonly version: string;
  readonly database: string;
  readonly encoding: string;
  readonly collation: {
    readonly provider: 'libc' | 'icu' | 'builtin';
    /** `lc_collate`, `lc_ctype`. */
    readonly collate: string;
    readonly ctype: string;
    /** ICU or builtin locale; null for libc. */
    readonly locale: string | null;
  };
  readonly blockSizeBytes: number;
  /** Schemas of `search_path` in new sessions of the database: `['$user', 'public']`. */
  readonly searchPath: readonly string[];
}

/** One statement of the schema. */
export interface MirrorDdl {
  readonly kind:
    | 'schema'
    | 'extension'
    | 'collation'
    | 'type'
    | 'function'
    | 'operator'
    | 'text-search'
    | 'sequence'
    | 'table'
    | 'attach'
    | 'constraint'
    | 'index'
    | 'statistics'
    | 'view';
  readonly sql: string;
  /** Object made, unquoted. */
  readonly schema: string;
  readonly name: string;
  /** Table that it belongs to (an index's, a constraint's, statistics'); null for others. */
  readonly table: { readonly schema: string; readonly name: string } | null;
}

/** A relation's entry in `pg_class` and the true length of its file. */
export interface RelationStatistics {
  readonly schema: string;
  readonly name: string;
  /** `pg_class.relkind`: r, m, p, i, I. */
  readonly kind: 'r' | 'm' | 'p' | 'i' | 'I';
  /** Access method of an index or table; null for partitioned ones. */
  readonly method: string | null;
  readonly pages: number;
  readonly rows: number;
  readonly allVisiblePages: number;
  /** PostgreSQL 18; null before. */
  readonly allFrozenPages: number | null;
  /** Blocks of the main fork now, which is what the planner measures; null for partitioned relations. */
  readonly fileBlocks: number | null;
  /** Levels of a btree above its leaves; null where its size says enough or nobody could tell. */
  readonly treeHeight: number | null;
  /** An index's table; null for tables. */
  readonly table: { readonly schema: string; readonly name: string } | null;
}

/** One row of `pg_stats`, values as texts of arrays. */
export interface ColumnStatistics {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** Statistics of a table with all its children. */
  readonly isInherited: boolean;
  readonly nullRatio: number;
  readonly widthBytes: number;
  /** As `n_distinct`: a count, or the negative of a share of the rows. */
  readonly distinct: number;
  readonly commonValues: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly histogram: string | null;
  readonly correlation: number | null;
  readonly commonElements: string | null;
  readonly commonElementFrequencies: readonly number[] | null;
  readonly elementCountHistogram: readonly number[] | null;
  /** PostgreSQL 17; null before. */
  readonly rangeLengthHistogram: string | null;
  readonly rangeEmptyRatio: number | null;
  readonly rangeBoundsHistogram: string | null;
}

/** One row of `pg_stats_ext` (and, of expressions, `pg_stats_ext_exprs`). */
export interface ExtendedStatistics {
  readonly schema: string;
  readonly name: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly isInherited: boolean;
  /** Column names by their number as `distinct` and `dependencies` name them. */
  readonly columnsByNumber: Readonly<Record<string, string>>;
  readonly distinct: string | null;
  readonly dependencies: string | null;
  readonly commonValues: string | null;
  readonly commonValueNulls: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly commonBaseFrequencies: readonly number[] | null;
  readonly expressions: readonly (Omit<ColumnStatistics, 'schema' | 'table' | 'column' | 'isInherited'> & {
    readonly expression: string;
  })[];
}

/** Least and greatest value of a column that leads a btree: the planner looks them up in the index. */
export interface ColumnExtremes {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** As text; null when the column holds no value. */
  readonly least: string | null;
  readonly greatest: string | null;
}
