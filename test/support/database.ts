import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { quoteIdentifier } from '../../packages/agent/src/kernel/index.ts';

/** A database of one test, on a shared or a private server. */
export interface TestDatabase {
  /** URL as superuser. */
  readonly url: string;
  readonly name: string;
  readonly major: number;
  /** Runs a statement as superuser and gives its rows. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly R[]>;
  /** Drops the database, whoever is connected, and the roles made for it. */
  close(): Promise<void>;
}

/** What a database is like. */
export interface DatabaseOptions {
  /** Name of the database, any text that PostgreSQL takes; random by default. */
  readonly name?: string;
  /** Extensions to create, such as `pg_stat_statements`. */
  readonly extensions?: readonly string[];
  /** A server other than the shared one of that major version: URL of any of its databases, as superuser. */
  readonly serverUrl?: string;
}

/** The majors that have a shared server in this run, oldest first; for `describe.each`. */
export function availableMajors(): readonly number[] {
  return inject('sharedServers').map((server) => server.major);
}

/** Gives the superuser's URL of the shared server's database `postgres`. */
export function serverUrl(major: number): string {
  const server = inject('sharedServers').find((candidate) => candidate.major === major);
  if (server === undefined) throw new Error(`no shared PostgreSQL ${major} in this run`);
  return server.url;
}

/** Creates a database on a shared server. */
export async function createDatabase(major = 18, options: DatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.serverUrl ?? serverUrl(major);
  const name = options.name ?? `test_${randomBytes(6).toString('hex')}`;
  await runOnce(server, `create database ${quoteIdentifier(name)} template template0`);
  const url = withPath(server, name);
  const client = clientFor(url);
  client.on('error', () => undefined);
  await client.connect();
  for (const extension of options.extensions ?? []) {
    await client.query(`create extension ${quoteIdentifier(extension)}`);
  }
  return {
    url,
    name,
    major,
    query: async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await client.query<R>(sql, values.length === 0 ? undefined : [...values])).rows,
    close: async () => {
      await client.end();
      await runOnce(server, `drop database if exists ${quoteIdentifier(name)} with (force)`);
      await dropRoles(server, name);
    },
  };
}

/** Runs a test with a database that is dropped at the end, whatever happens. */
export async function withDatabase<T>(
  test: (db: TestDatabase) => Promise<T>,
  options: DatabaseOptions & { readonly major?: number } = {},
): Promise<T> {
  const db = await createDatabase(options.major, options);
  try {
    return await test(db);
  } finally {
    await db.close();
  }
}

/** A role that can log in. */
export interface TestRole {
  readonly name: string;
  /** URL of the test's database with this role's login. */
  readonly url: string;
}

/** What a role may do. */
export interface RoleOptions {
  /** Any text that PostgreSQL takes; random by default. */
  readonly name?: string;
  /** Roles it is a member of: `['pg_monitor']`. */
  readonly memberOf?: readonly string[];
  /** SQL after `grant`, before `to`: `['select on all tables in schema public']`. */
  readonly grants?: readonly string[];
  /** Role attributes: `createdb replication`. */
  readonly attributes?: string;
}

/** Creates a role with a random password; it is dropped with the database. */
export async function createRole(db: TestDatabase, options: RoleOptions = {}): Promise<TestRole> {
  const name = options.name ?? `role_${randomBytes(6).toString('hex')}`;
  const role = quoteIdentifier(name);
  const password = randomBytes(12).toString('hex');
  await db.query(`create role ${role} login ${options.attributes ?? ''} password '${password}'`);
  await db.query(`comment on role ${role} is '${ROLE_MARK}${Buffer.from(db.name).toString('hex')}'`);
  for (const group of options.memberOf ?? []) await db.query(`grant ${quoteIdentifier(group)} to ${role}`);
  for (const grant of options.grants ?? []) await db.query(`grant ${grant} to ${role}`);
  const url = new URL(db.url);
  url.username = encodeURIComponent(name);
  url.password = password;
  return { name, url: url.href };
}

/** Runs one statement on a connection of its own. */
export async function runOnce<R extends pg.QueryResultRow = pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly R[]> {
  const client = clientFor(url);
  // A server that goes away between two answers is the next query's failure, not the process's.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(sql, values.length === 0 ? undefined : [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Makes a client that is not yet connected; unlike `connectionString`, it takes any name that libpq takes. */
export function clientFor(url: string): pg.Client {
  const { hostname, port, username, password, pathname } = new URL(url);
  return new pg.Client({
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  });
}

const ROLE_MARK = 'pgsteward test role of ';

async function dropRoles(server: string, database: string): Promise<void> {
  const mark = `${ROLE_MARK}${Buffer.from(database).toString('hex')}`;
  const roles = await runOnce<{ readonly rolname: string }>(
    server,
    `select rolname from pg_catalog.pg_roles where pg_catalog.shobj_description(oid, 'pg_authid') = $1`,
    [mark],
  );
  for (const { rolname } of roles) await runOnce(server, `drop role if exists ${quoteIdentifier(rolname)}`);
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
