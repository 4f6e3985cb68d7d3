import type { ClientConfig } from 'pg';
import { failure } from '../errors.ts';
import { quoteIdentifier } from '../postgres/quote.ts';
import { type DatabaseRow, openDatabase, type WorkerDatabase } from './database.ts';
import { CDC_ERRORS } from './errors.ts';

/** A table that may be listened to. */
export interface Table {
  readonly oid: number;
  /** Quoted, with its schema. */
  readonly name: string;
}

/** Which tables a publication holds. */
export interface Coverage {
  readonly covered: readonly Table[];
  readonly uncovered: readonly { readonly table: string; readonly reason: string }[];
  /** Added to the publication now: what was written to them before is not in the stream. */
  readonly added: readonly number[];
  /** Whether the publication was made now. */
  readonly isNew: boolean;
}

/** Which publication, and of which tables. */
export interface CoverOptions {
  readonly publication: string;
  /** Null for all that can be published. */
  readonly tables: readonly string[] | null;
  /** Whether a table that cannot be published is an error; else it is told as uncovered. */
  readonly isStrict: boolean;
}

interface TableRow extends DatabaseRow {
  readonly oid: number;
  readonly name: string;
  readonly is_published: boolean;
  readonly is_permanent: boolean;
  readonly is_owned: boolean;
  readonly has_identity: boolean;
}

const IDENTITY = `(l.relreplident = 'f'
  or l.relreplident = 'd' and exists (select from pg_catalog.pg_index as i where i.indrelid = l.oid and i.indisprimary)
  or l.relreplident = 'i' and exists (select from pg_catalog.pg_index as i where i.indrelid = l.oid and i.indisreplident))`;

/** A partition counts by its outermost parent; of that, no partition may lack an identity. */
const TABLES = `/* pgsteward:cache-tables */
select c.oid::pg_catalog.int8::pg_catalog.float8 as oid,
  pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
  p.tablename is not null as is_published,
  c.relpersistence = 'p' as is_permanent,
  pg_catalog.pg_has_role(c.relowner, 'usage') as is_owned,
  not exists (
    select from (select c.oid union select t.relid from pg_catalog.pg_partition_tree(c.oid) as t) as tree (oid)
    join pg_catalog.pg_class as l on l.oid = tree.oid
    where l.relkind in ('r', 'p') and not ${IDENTITY}) as has_identity
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_publication_tables as p
  on p.pubname = $1 and p.schemaname = n.nspname and p.tablename = c.relname
where c.relkind in ('r', 'p') and not c.relispartition
  and case when $2::pg_catalog.oid[] is null
    then n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and c.relname <> 'pgcache_outbox'
    else c.oid = any ($2::pg_catalog.oid[]) end
order by name`;

/**
 * Makes the publication where there is none, and adds the tables that are missing. Reads over the connection of the
 * worker; what must be changed is changed over one of its own, so that a lock holds nothing else up.
 * @throws CDC.UNKNOWN_TABLE, CDC.NO_REPLICA_IDENTITY, CDC.UNPUBLISHABLE, CDC.PRIVILEGE
 */
export async function coverTables(
  database: WorkerDatabase,
  config: ClientConfig,
  options: CoverOptions,
): Promise<Coverage> {
  const seen = await readTables(database, options);
  if (seen.missing.length === 0 && (await hasPublication(database, options.publication))) {
    return { ...seen, added: [], isNew: false };
  }
  const writer = await openDatabase(config);
  try {
    return await publish(writer, options);
  } finally {
    await writer.close();
  }
}

/** Nothing of it is done where a part fails: the transaction ends with its connection. */
async function publish(writer: WorkerDatabase, options: CoverOptions): Promise<Coverage> {
  const { publication } = options;
  await writer.rows('begin');
  // Two workers that start at once make one publication.
  const lock = 'select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))';
  await writer.rows(lock, [`pgcache:${publication}`]);
  const isNew = !(await hasPublication(writer, publication));
  if (isNew) {
    const name = quoteIdentifier(publication);
    await writer.rows(`create publication ${name} with (publish_via_partition_root = true)`);
  }
  const { covered, uncovered, missing } = await readTables(writer, options);
  if (missing.length > 0) {
    const list = missing.map(({ name }) => name).join(', ');
    await writer.rows(`alter publication ${quoteIdentifier(publication)} add table ${list}`);
  }
  await writer.rows('commit');
  return { covered, uncovered, added: missing.map(({ oid }) => oid), isNew };
}

interface Tables extends Pick<Coverage, 'covered' | 'uncovered'> {
  /** Those of `covered` that the publication does not hold yet. */
  readonly missing: readonly Table[];
}

async function readTables(
  database: WorkerDatabase,
  { publication, tables, isStrict }: CoverOptions,
): Promise<Tables> {
  const named = tables === null ? null : await findTables(database, tables);
  const unknown = named?.flatMap(({ name, oid }) => (oid === null ? [name] : [])) ?? [];
  if (isStrict && unknown[0] !== undefined) throw failure(CDC_ERRORS.UNKNOWN_TABLE, { table: unknown[0] });
  const oids = named?.flatMap(({ oid }) => (oid === null ? [] : [oid])) ?? null;
  const rows = await database.rows<TableRow>(TABLES, [publication, oids]);
  if (isStrict && tables !== null) for (const row of rows) assertPublishable(row);
  const missing = rows.filter((row) => !row.is_published && refusal(row) === null);
  return {
    covered: rows.filter((row) => row.is_published || missing.includes(row)),
    uncovered: [
      ...rows.flatMap((row) => {
        const reason = row.is_published ? null : refusal(row);
        return reason === null ? [] : [{ table: row.name, reason }];
      }),
      ...unknown.map((table) => ({ table, reason: 'there is no such table' })),
    ],
    missing,
  };
}

async function hasPublication(database: WorkerDatabase, publication: string): Promise<boolean> {
  const sql = '/* pgsteward:cache-publication */ select from pg_catalog.pg_publication where pubname = $1';
  return (await database.rows(sql, [publication])).length > 0;
}

interface NamedTable extends DatabaseRow {
  readonly name: string;
  /** Of the outermost parent; null where there is no such table. */
  readonly oid: number | null;
}

/** Finds tables by name. */
export function findTables(
  database: WorkerDatabase,
  tables: readonly string[],
): Promise<readonly NamedTable[]> {
  return database.rows<NamedTable>(
    `/* pgsteward:cache-names */
select t.name,
  coalesce(pg_catalog.pg_partition_root(r.oid), r.oid)::pg_catalog.oid::pg_catalog.int8::pg_catalog.float8 as oid
from pg_catalog.unnest($1::pg_catalog.text[]) as t (name)
left join pg_catalog.pg_class as r on r.oid = pg_catalog.to_regclass(t.name) and r.relkind in ('r', 'p')`,
    [tables],
  );
}

function refusal({ is_permanent, is_owned, has_identity }: TableRow): string | null {
  if (!is_permanent) return 'it is not in the write-ahead log (unlogged)';
  if (!has_identity) return 'it has no replica identity: once published, updates of it would fail';
  return is_owned ? null : 'its owner is another role';
}

function assertPublishable(row: TableRow): void {
  if (row.is_published) return;
  const reason = refusal(row);
  if (reason === null) return;
  if (row.is_permanent && !row.has_identity) {
    throw failure(CDC_ERRORS.NO_REPLICA_IDENTITY, { table: row.name });
  }
  throw failure(CDC_ERRORS.UNPUBLISHABLE, {
    table: row.name,
    reason: `${reason[0]?.toUpperCase()}${reason.slice(1)}`,
  });
}
