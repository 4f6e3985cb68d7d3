/** One statement that only reads. */
export interface ReadStatement {
  /** Id that the marker comment carries, such as `catalog/tables`. */
  readonly id: string;
  readonly sql: string;
  readonly values?: readonly unknown[];
  /** Limit enforced by the server, in milliseconds. */
  readonly timeoutMs: number;
}

/** What pgsteward itself cost the target through one session. */
export interface SelfLoad {
  /** Statements sent, transaction control not counted. */
  readonly statements: number;
  /** Time spent waiting for their answers, in milliseconds: an upper bound of the server's time. */
  readonly databaseMs: number;
  /** The fastest answer, in milliseconds: hardly more than the way there and back; 0 before the first. */
  readonly fastestMs: number;
}

/** An extension as the target has it. */
export interface ExtensionFacts {
  readonly name: string;
  /** Version of the installed objects, which may lag behind the server: `1.10`. */
  readonly version: string;
  /** Schema that holds the extension's objects. */
  readonly schema: string;
}

/** How the session reaches the server. */
export type PoolerMode = 'none' | 'session' | 'transaction' | 'unknown';

/** What the target is and what this session may see: read once when the session opens. */
export interface Capabilities {
  /** `server_version_num`, such as 180004. */
  readonly versionNumber: number;
  /** `server_version`, such as `18.4`. */
  readonly version: string;
  readonly database: string;
  readonly databaseOid: number;
  readonly user: string;
  readonly isSuperuser: boolean;
  /** True on a standby. */
  readonly isInRecovery: boolean;
  readonly serverStartedAt: Date;
  readonly blockSizeBytes: number;
  /** Roles among the predefined ones that the session's role inherits. */
  readonly roles: readonly string[];
  readonly extensions: readonly ExtensionFacts[];
  /** Extensions that could be created: their files are on the server. */
  readonly availableExtensions: readonly string[];
  readonly preloadLibraries: readonly string[];
  /** Columns of each statistics view, by unqualified view name. */
  readonly viewColumns: ReadonlyMap<string, readonly string[]>;
  readonly pooler: PoolerMode;
  /** Process id of the server process behind the session; changes between statements behind a pooler. */
  readonly backendPid: number;
}

/** A connection to a target that can only read. */
export interface Session {
  readonly capabilities: Capabilities;
  /**
   * Runs one statement in a read-only transaction of its own, so that its timeouts also hold behind a
   * pooler in transaction mode.
   * @returns rows as objects, numbers as numbers (bigint and numeric included), timestamps as Date
   * @throws DatabaseError of node-postgres for an SQL error; POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
   */
  read(statement: ReadStatement): Promise<readonly Readonly<Record<string, unknown>>[]>;
  selfLoad(): SelfLoad;
  close(): Promise<void>;
}
