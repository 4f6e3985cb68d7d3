import type * as z from 'zod';

/** Oldest server, and for an extension's view its oldest version, that a variant's SQL runs on. */
export interface VariantFloor {
  /** `server_version_num` from which the SQL is right: 140000, 170000. */
  readonly server: number;
  /** Version of the needed extension from which the SQL is right: `1.11`. */
  readonly extension?: string;
  /** Columns that must exist, by view: forks and cloud builds leave some out. */
  readonly columns?: Readonly<Record<string, readonly string[]>>;
}

/** Complete SQL for one range of versions; never assembled from parts at run time. */
export interface QueryVariant {
  readonly since: VariantFloor;
  /** Lower-case SQL; `{extension}` stands for the quoted schema of the needed extension. */
  readonly sql: string;
}

/** One query on a target's catalogues: the only form in which pgsteward reads them. */
export interface CatalogQuery<Row> {
  /** `catalog/<name>`; also the marker comment. */
  readonly id: string;
  /** What it reads, one sentence. */
  readonly summary: string;
  /** PostgreSQL docs section or file behind it. */
  readonly source: string;
  readonly needs: {
    /** Extension without which the query cannot run. */
    readonly extension?: string;
    /** Predefined role without which rows or values are missing. */
    readonly role?: string;
    /** What to grant, as SQL after `grant`, where no predefined role is enough. */
    readonly grants?: readonly string[];
  };
  /** Where it can run. */
  readonly node: 'any' | 'primary' | 'standby';
  /** Whether its rows describe the whole server or the connected database. */
  readonly scope: 'instance' | 'database';
  /** Server-side limit, in milliseconds. */
  readonly timeoutMs: number;
  /** Names and meanings of `$1`, `$2` …, in order. */
  readonly parameters: readonly string[];
  /** From oldest to newest floor. */
  readonly variants: readonly QueryVariant[];
  /** Shape of a row: PostgreSQL's names become ours here, with units. */
  readonly row: z.ZodType<Row>;
}

/** A query of any row type, for registries. */
export type AnyCatalogQuery = CatalogQuery<unknown>;

interface Draft<Schema extends z.ZodType> {
  readonly id: string;
  readonly summary: string;
  readonly source: string;
  readonly needs?: CatalogQuery<unknown>['needs'];
  readonly node?: CatalogQuery<unknown>['node'];
  readonly scope: CatalogQuery<unknown>['scope'];
  readonly timeoutMs?: number;
  readonly parameters?: readonly string[];
  readonly variants: readonly QueryVariant[];
  readonly row: Schema;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** Declares a catalogue query; defaults: any node, 5 s, no parameters, no needs. */
export function defineCatalogQuery<Schema extends z.ZodType>(
  draft: Draft<Schema>,
): CatalogQuery<z.output<Schema>> {
  return {
    needs: {},
    node: 'any',
    timeoutMs: DEFAULT_TIMEOUT_MS,
    parameters: [],
    ...draft,
    row: draft.row as unknown as z.ZodType<z.output<Schema>>,
  };
}
