import { DatabaseError } from 'pg';
import { InternalError, oncePer, quoteIdentifier, sameShape } from '../kernel/index.ts';
import type { Capabilities, Session } from '../postgres/index.ts';
import { chooseVariant, type Unavailable } from './choose-variant.ts';
import type { AnyCatalogQuery, CatalogQuery } from './define-query.ts';

/** Rows of a query, or why it could not run. */
export type CatalogResult<Row> =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly unavailable: Unavailable };

/**
 * Values for `$1`, `$2` …; a query that leaves locked relations out takes them from a list that can be read anew
 * when the query meets a lock that came meanwhile.
 */
export type QueryValues = readonly unknown[] | { current(): readonly unknown[]; refresh(): Promise<unknown> };

/** Rows of a listing are many and wide. */
const shapeOf = oncePer((_: object) => sameShape<object>());

/** How often a query is run that keeps meeting new locks. */
const LOCK_ATTEMPTS = 3;

/**
 * Runs a catalogue query in the variant that fits the target and parses its rows.
 * @returns rows, or the reason and remedy when a privilege, an extension, a lock or the time limit stops it
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function runCatalogQuery<Row>(
  session: Session,
  query: CatalogQuery<Row>,
  values: QueryValues = [],
): Promise<CatalogResult<Row>> {
  const choice = chooseVariant(query as AnyCatalogQuery, session.capabilities);
  if ('unavailable' in choice) return { ok: false, unavailable: choice.unavailable };
  for (let attempt = 1; ; attempt += 1) {
    const given = 'current' in values ? values.current() : values;
    try {
      const { id, timeoutMs } = query;
      const rows = await session.read({ id, sql: choice.sql, values: given, timeoutMs });
      return { ok: true, rows: rows.map((row) => parseRow(query, row)) };
    } catch (error) {
      if (!isLockTimeout(error) || !('current' in values) || attempt === LOCK_ATTEMPTS) {
        return { ok: false, unavailable: explain(error, query as AnyCatalogQuery, session.capabilities) };
      }
      await values.refresh();
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03';
}

/** Page of a listing that is read in the order of its object id. */
export interface PageOptions {
  /** Rows a page; the listing's `$2`. */
  readonly pageRows: number;
  /** Rows after which reading stops. */
  readonly maximumRows: number;
}

/** A whole listing; `isTruncated` when it is longer than what was read. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly isTruncated: boolean;
  /** Why a later page could not be read; null when only the maximum ended the listing. */
  readonly stoppedBy: Unavailable | null;
}

/**
 * Reads a listing page by page: `$1` is the last object id seen, `$2` the page size, the rest follow.
 * @returns all rows up to the maximum, or why the first page could not be read
 */
export async function runCatalogListing<Row extends { readonly oid: number }>(
  session: Session,
  query: CatalogQuery<Row>,
  page: PageOptions,
  values: QueryValues = [],
): Promise<
  | { readonly ok: true; readonly listing: Listing<Row> }
  | { readonly ok: false; readonly unavailable: Unavailable }
> {
  const rows: Row[] = [];
  let last = 0;
  while (rows.length < page.maximumRows) {
    const limit = Math.min(page.pageRows, page.maximumRows - rows.length);
    const result = await runCatalogQuery(session, query, preceded([last, limit], values));
    if (!result.ok) {
      if (rows.length === 0) return result;
      return { ok: true, listing: { rows, isTruncated: true, stoppedBy: result.unavailable } };
    }
    for (const row of result.rows) rows.push(row);
    const end = result.rows.at(-1);
    if (end === undefined || result.rows.length < limit) {
      return { ok: true, listing: { rows, isTruncated: false, stoppedBy: null } };
    }
    last = end.oid;
  }
  return { ok: true, listing: { rows, isTruncated: true, stoppedBy: null } };
}

function preceded(first: readonly unknown[], values: QueryValues): QueryValues {
  if (!('current' in values)) return [...first, ...values];
  return { current: () => [...first, ...values.current()], refresh: () => values.refresh() };
}

function parseRow<Row>(query: CatalogQuery<Row>, row: Readonly<Record<string, unknown>>): Row {
  const parsed = query.row.safeParse(row);
  if (parsed.success) return shapeOf(query)(parsed.data as object) as Row;
  const issue = parsed.error.issues[0];
  throw new InternalError(
    `${query.id}: column ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? 'bad row'}`,
  );
}

/** @source PostgreSQL docs appendix A "PostgreSQL Error Codes" */
function explain(error: unknown, query: AnyCatalogQuery, capabilities: Capabilities): Unavailable {
  // A row that breaks its schema costs its part and not the snapshot.
  if (error instanceof InternalError) return ourBug(error.message);
  if (!(error instanceof DatabaseError)) throw error;
  switch (error.code) {
    case '42501':
      return { reason: error.message, remedy: missingGrants(query, capabilities) };
    case '57014':
      return {
        reason: `${query.id} did not finish within ${query.timeoutMs} ms`,
        remedy: 'run again when the server is less busy',
      };
    case '55P03':
      return {
        reason: `${query.id} met a lock it would not wait for`,
        remedy: 'run again when the DDL that holds the lock is done',
      };
    case '55000':
      return {
        reason: error.message,
        remedy: `add ${query.needs.extension ?? 'the library'} to shared_preload_libraries and restart`,
      };
    default:
      return ourBug(`${error.message} (SQLSTATE ${error.code ?? '?'})`);
  }
}

function missingGrants(query: AnyCatalogQuery, capabilities: Capabilities): string {
  const { role = 'pg_monitor', grants = [role] } = query.needs;
  const extension = capabilities.extensions.find((candidate) => candidate.name === query.needs.extension);
  const schema = extension === undefined ? [] : [`usage on schema ${quoteIdentifier(extension.schema)}`];
  return [...grants, ...schema]
    .map((grant) => `grant ${grant} to ${quoteIdentifier(capabilities.user)};`)
    .join(' ');
}

function ourBug(reason: string): Unavailable {
  return { reason, remedy: 'report this as a bug of pgsteward' };
}
