import type { ClientConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { failed, failure, type Result, success } from '../kernel/index.ts';
import { POSTGRES_ERRORS } from './errors.ts';

/** TLS modes of libpq. @source PostgreSQL docs 34.19.3 "Protection Provided in Different Modes" */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

const SSL_MODES: readonly string[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** A database that a command works on. Holds the password: print `name` and `address`, never the rest. */
export interface ConnectionTarget {
  /** Name under which reports show it: the configured name, else `host/database`. */
  readonly name: string;
  /** `host:port` or the socket directory; holds no secret. */
  readonly address: string;
  readonly user: string;
  readonly database: string;
  readonly sslMode: SslMode;
  readonly config: ClientConfig;
}

/** Where a target may come from, strongest first. */
export interface TargetSources {
  /** URL given on the command line. */
  readonly url?: string | undefined;
  /** Value of `--target`. */
  readonly name?: string | undefined;
  /** Targets of the configuration file by name. */
  readonly configured: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds the target: URL > `--target` > DATABASE_URL > the libpq variables.
 * @returns the target, or POSTGRES.NO_TARGET, UNKNOWN_TARGET, INVALID_URL
 */
export function resolveTarget(sources: TargetSources): Result<ConnectionTarget> {
  const { environment } = sources;
  if (sources.url !== undefined) return parseTarget(sources.url, environment);
  if (sources.name !== undefined) {
    const url = sources.configured.get(sources.name);
    if (url !== undefined) return parseTarget(url, environment, sources.name);
    const known = [...sources.configured.keys()].join(', ') || 'none';
    return failed(failure(POSTGRES_ERRORS.UNKNOWN_TARGET, { name: sources.name, known }));
  }
  const fromEnvironment = environment['DATABASE_URL'];
  if (fromEnvironment !== undefined && fromEnvironment !== '')
    return parseTarget(fromEnvironment, environment);
  if (environment['PGHOST'] !== undefined || environment['PGDATABASE'] !== undefined) {
    return parseTarget('postgres://', environment);
  }
  return failed(failure(POSTGRES_ERRORS.NO_TARGET));
}

/**
 * Reads a connection URL, filling what it leaves out from the libpq variables as psql would.
 * @param name name shown in reports; `host/database` when left out
 */
export function parseTarget(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
  name?: string,
): Result<ConnectionTarget> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    return failed(failure(POSTGRES_ERRORS.INVALID_URL, { reason: 'it does not begin with postgres://' }));
  }
  const sslMode = readSslMode(url, environment);
  if (!SSL_MODES.includes(sslMode)) {
    return failed(failure(POSTGRES_ERRORS.INVALID_URL, { reason: `sslmode is "${sslMode}"` }));
  }
  const rooted = withRootCertificate(url, environment);
  if (sslMode === 'verify-ca' && !ROOT_CERTIFICATE.test(rooted)) {
    return failed(failure(POSTGRES_ERRORS.INVALID_URL, { reason: 'verify-ca needs sslrootcert=FILE' }));
  }
  let given: ClientConfig;
  try {
    given = toClientConfig(parse(withSslMode(rooted, sslMode), { useLibpqCompat: true }));
    // The parser leaves %3B, %2F, %3F and %23 in the name as they are.
    given.database = decodeURIComponent(pathOf(url));
  } catch (error) {
    // The parser's own message may quote the URL, password included.
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'a certificate file does not exist' : 'it is malformed';
    return failed(failure(POSTGRES_ERRORS.INVALID_URL, { reason }));
  }
  return success(complete(given, sslMode as SslMode, environment, name));
}

/** Port and database of PgBouncer's admin console. @source PgBouncer docs, "Admin console"; `listen_port` */
const CONSOLE = { port: '6432', database: 'pgbouncer' } as const;

/** Reads the URL of a pooler's admin console; what it leaves out is PgBouncer's own: port 6432, database `pgbouncer`. */
export function parsePooler(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<ConnectionTarget> {
  const { port: PGPORT, database: PGDATABASE } = CONSOLE;
  return parseTarget(url, { ...environment, PGPORT, PGDATABASE });
}

function complete(
  given: ClientConfig,
  sslMode: SslMode,
  environment: Readonly<Record<string, string | undefined>>,
  name: string | undefined,
): ConnectionTarget {
  const host = given.host || environment['PGHOST'] || 'localhost';
  const port = given.port ?? Number(environment['PGPORT'] ?? 5432);
  const user = given.user || environment['PGUSER'] || environment['USER'] || 'postgres';
  const database = given.database || environment['PGDATABASE'] || user;
  const password = given.password || environment['PGPASSWORD'];
  const address = host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`;
  const config: ClientConfig = {
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ...(given.ssl === undefined ? {} : { ssl: given.ssl }),
  };
  return { name: name ?? `${host}/${database}`, address, user, database, sslMode, config };
}

function readSslMode(url: string, environment: Readonly<Record<string, string | undefined>>): string {
  return /[?&]sslmode=([^&]*)/.exec(url)?.[1] ?? environment['PGSSLMODE'] ?? 'prefer';
}

const ROOT_CERTIFICATE = /[?&]sslrootcert=./;

/** Takes the certificate authority from PGSSLROOTCERT where the URL names none. */
function withRootCertificate(url: string, environment: Readonly<Record<string, string | undefined>>): string {
  const file = environment['PGSSLROOTCERT'];
  if (file === undefined || file === '' || ROOT_CERTIFICATE.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}sslrootcert=${encodeURIComponent(file)}`;
}

/** Database part of a URL; libpq takes a user without a host (`postgres://user@/db`), where URL takes it not. */
function pathOf(url: string): string {
  return new URL(url.replace(/@(?=\/)/, '@localhost')).pathname.slice(1);
}

/** Puts the TLS mode into the URL; `allow` is not known to the parser and is tried as two attempts instead. */
function withSslMode(url: string, sslMode: string): string {
  const effective = sslMode === 'allow' ? 'prefer' : sslMode;
  if (/[?&]sslmode=/.test(url)) return url.replace(/([?&]sslmode=)[^&]*/, `$1${effective}`);
  return `${url}${url.includes('?') ? '&' : '?'}sslmode=${effective}`;
}
