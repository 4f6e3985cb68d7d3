import pg, { type PoolClient } from 'pg';
import { CACHE_ERRORS, failure } from '../errors.ts';
import { quoteName } from './plan/read-statement.ts';
import { readJson } from './run-text.ts';
import type { SqlSession } from './types.ts';

/** What the pool's connections run under, and where: read once, and set for every load, whatever a connection was left with. */
export interface BaseSession {
  readonly systemId: string;
  readonly databaseOid: string;
  readonly database: string;
  readonly sessionUser: string;
  readonly role: string;
  readonly searchPath: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A session as a load sets it up. */
export interface LoadSession {
  /** The same for all sessions under which a statement depends on the same things. */
  readonly shape: Readonly<Record<string, string>>;
  /** Values of the settings beyond those of the base. */
  readonly values: readonly string[];
  readonly isKnownSetting: (name: string) => boolean;
  /** An expression of SQL that sets all of it for one transaction. */
  readonly setUp: string;
}

/** Settings that change what a statement gives: texts of values, and what a text means. */
const SETTINGS = [
  'TimeZone',
  'timezone_abbreviations',
  'DateStyle',
  'IntervalStyle',
  'extra_float_digits',
  'bytea_output',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'default_text_search_config',
  'xmlbinary',
  'xmloption',
  'array_nulls',
  'transform_null_equals',
  'row_security',
];

/** Named elsewhere, or not the caller's: what a statement means would differ from what was learned of it. */
const RESERVED: ReadonlySet<string> = new Set([
  'role',
  'search_path',
  'session_authorization',
  'standard_conforming_strings',
]);

/** Reads the base from a connection of the pool. */
export async function readBaseSession(client: PoolClient): Promise<BaseSession> {
  const base = await readJson<BaseSession & { readonly canReadSystem: boolean }>(client, BASE_SQL, [
    SETTINGS,
  ]);
  const systemId = base.canReadSystem ? await readJson<string>(client, SYSTEM_SQL) : 'unknown';
  return { ...base, systemId };
}

/** Makes the session of a read. @throws CACHE.INVALID_OPTION */
export function sessionOf(base: BaseSession, own: SqlSession): LoadSession {
  const settings = Object.entries(own.settings ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
  for (const [name, value] of settings) checkSetting(name, value);
  const searchPath = own.searchPath?.map(quoteName).join(', ') ?? base.searchPath;
  const { systemId, databaseOid, database, sessionUser } = base;
  const role = own.role ?? base.role;
  const names = settings.map(([name]) => name);
  const known = new Set(
    ['role', 'search_path', ...Object.keys(base.settings), ...names].map((name) => name.toLowerCase()),
  );
  return {
    shape: {
      systemId,
      databaseOid,
      database,
      sessionUser,
      role,
      search_path: searchPath,
      ...base.settings,
      settings: JSON.stringify(names),
    },
    values: settings.map(([, value]) => value),
    isKnownSetting: (name) => known.has(name.toLowerCase()),
    setUp: setUpOf([
      ['role', role],
      ['search_path', withTemporaryLast(searchPath)],
      ['standard_conforming_strings', 'on'],
      ...Object.entries(base.settings),
      ...settings,
    ]),
  };
}

/** Sets what is not so already, most often a name or two: half the time of setting all. */
function setUpOf(settings: readonly (readonly [name: string, value: string])[]): string {
  const values = settings.map(([name, value]) => `(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)})`);
  return `(
    select pg_catalog.count(pg_catalog.set_config(name, value, true))
    from (values ${values.join(', ')}) as setting (name, value)
    where pg_catalog.current_setting(name, true) is distinct from value
  )`;
}

/** What tells sessions apart, as text. */
export function sessionText({ role, searchPath, settings }: SqlSession): string {
  return JSON.stringify([role ?? null, searchPath ?? null, Object.entries(settings ?? {})]);
}

/** A temporary table of the connection would hide the table that is meant. @source PostgreSQL docs, "search_path" */
function withTemporaryLast(searchPath: string): string {
  if (/\bpg_temp\b/.test(searchPath)) return searchPath;
  return searchPath === '' ? 'pg_temp' : `${searchPath}, pg_temp`;
}

function checkSetting(name: string, value: unknown): void {
  const option = `session.settings["${name}"]`;
  if (RESERVED.has(name.toLowerCase())) {
    const expected =
      'A role and a search path have options of their own, session.role and session.searchPath';
    throw failure(CACHE_ERRORS.INVALID_OPTION, { option, value: 'not to be set here', expected });
  }
  if (typeof value !== 'string') {
    throw failure(CACHE_ERRORS.INVALID_OPTION, {
      option,
      value: `of type ${typeof value}`,
      expected: 'It is a text',
    });
  }
}

const BASE_SQL = `
select pg_catalog.json_build_object(
  'databaseOid', d.oid::pg_catalog.text, 'database', d.datname, 'sessionUser', session_user,
  'role', pg_catalog.current_setting('role'), 'searchPath', pg_catalog.current_setting('search_path'),
  'canReadSystem', pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute'),
  'settings', (
    select pg_catalog.json_object_agg(name, pg_catalog.current_setting(name))
    from pg_catalog.unnest($1::pg_catalog.text[]) as setting (name)
  )
)
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`;

const SYSTEM_SQL = `
select pg_catalog.to_json(system_identifier::pg_catalog.text) from pg_catalog.pg_control_system()`;
