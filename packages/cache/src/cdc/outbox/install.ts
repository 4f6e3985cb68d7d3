import type { ClientConfig } from 'pg';
import { failure } from '../../errors.ts';
import { type DatabaseRow, openDatabase, type WorkerDatabase, workerConfig } from '../database.ts';
import { CDC_ERRORS } from '../errors.ts';
import { WORKER_DEFAULTS } from '../settings.ts';
import { findTables } from '../tables.ts';
import { installSql, nameIn, OUTBOX, type OutboxTable, removeSql } from './sql.ts';

/** Which outbox. */
export interface OutboxOptions {
  /** As the owner of the tables: URL or options of node-postgres. */
  readonly database: string | ClientConfig;
  /** Schema of the outbox; by default `public`. */
  readonly schema?: string;
  /** Only gives the statements, for their owner to read. */
  readonly isDry?: boolean;
}

/** Which tables get triggers. */
export interface InstallOutboxOptions extends OutboxOptions {
  /** As SQL names them; a partitioned table stands for its partitions of now. */
  readonly tables: readonly string[];
  /** Rows that a statement names one by one; by default as `maxRowsPerTransaction` of a worker. */
  readonly maxRows?: number;
}

/**
 * Makes the outbox and the triggers that write to it, in one transaction. Waits for no writer longer than two seconds.
 * @returns the statements
 * @throws CDC.UNKNOWN_TABLE, CDC.PRIVILEGE, CDC.DATABASE_UNREACHABLE
 */
export async function installOutbox(options: InstallOutboxOptions): Promise<readonly string[]> {
  const { schema = 'public', maxRows = WORKER_DEFAULTS.maxRowsPerTransaction.value } = options;
  return withDatabase(options, async (database) =>
    installSql(await readTables(database, options.tables), { schema, maxRows }),
  );
}

/**
 * Removes the triggers, their functions and the outbox.
 * @returns the statements
 * @throws CDC.PRIVILEGE, CDC.DATABASE_UNREACHABLE
 */
export async function removeOutbox(options: OutboxOptions): Promise<readonly string[]> {
  const { schema = 'public' } = options;
  return withDatabase(options, async (database) => {
    const triggers = await database.rows<{ readonly name: string; readonly table: string }>(TRIGGERS, [
      schema,
    ]);
    const functions = await database.rows<{ readonly signature: string }>(FUNCTIONS, [schema]);
    return removeSql(
      triggers,
      functions.map(({ signature }) => signature),
      { schema },
    );
  });
}

async function withDatabase(
  { database: given, isDry = false }: OutboxOptions,
  read: (database: WorkerDatabase) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const database = await openDatabase(workerConfig(given));
  try {
    const statements = await read(database);
    if (!isDry) await database.rows(['begin', ...statements, 'commit'].join(';\n'));
    return statements;
  } finally {
    await database.close();
  }
}

/** Looks for the outbox. @throws CDC.NO_OUTBOX */
export async function assertOutbox(database: WorkerDatabase, schema: string): Promise<void> {
  const [row] = await database.rows<{ readonly found: boolean }>(
    '/* pgsteward:cache-outbox */ select pg_catalog.to_regclass($1) is not null as found',
    [nameIn({ schema }, OUTBOX)],
  );
  if (row?.found !== true) throw failure(CDC_ERRORS.NO_OUTBOX, { schema });
}

/** Tables with an enabled trigger of ours; partitions go by their outermost parent. */
export const NOTED_TABLES = `/* pgsteward:cache-noted */
select distinct r.oid::pg_catalog.int8::pg_catalog.float8 as oid,
  pg_catalog.format('%I.%I', n.nspname, r.relname) as name
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as r on r.oid = coalesce(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)
join pg_catalog.pg_namespace as n on n.oid = r.relnamespace
where t.tgname = 'pgcache_insert' and t.tgenabled <> 'D'
order by name`;

const NOTES = `p.pronamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident($1)) and p.proname ~ '^pgcache_(note_[0-9]+|invalidate)$'`;

const TRIGGERS = `/* pgsteward:cache-triggers */
select t.tgname as name, pg_catalog.format('%I.%I', n.nspname, c.relname) as "table"
from pg_catalog.pg_trigger as t
join pg_catalog.pg_proc as p on p.oid = t.tgfoid
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where not t.tgisinternal and ${NOTES}
order by 2, 1`;

const FUNCTIONS = `/* pgsteward:cache-functions */
select p.oid::pg_catalog.regprocedure::pg_catalog.text as signature
from pg_catalog.pg_proc as p where ${NOTES} order by 1`;

interface TableRow extends DatabaseRow {
  readonly oid: number;
  readonly names: readonly string[];
  readonly key: readonly string[] | null;
  readonly is_settled: boolean | null;
}

/** The text of these types is the same under all settings of a session. */
const SETTLED_TYPES = `'int2', 'int4', 'int8', 'oid', 'uuid', 'text', 'varchar', 'bpchar', 'bool', 'numeric', 'name'`;

const TABLES = `/* pgsteward:cache-outbox-tables */
select c.oid::pg_catalog.int8::pg_catalog.float8 as oid,
  (select pg_catalog.json_agg(pg_catalog.format('%I.%I', n.nspname, l.relname) order by l.oid <> c.oid, n.nspname, l.relname)
   from (select c.oid union select t.relid from pg_catalog.pg_partition_tree(c.oid) as t) as tree (oid)
   join pg_catalog.pg_class as l on l.oid = tree.oid and l.relkind in ('r', 'p')
   join pg_catalog.pg_namespace as n on n.oid = l.relnamespace) as names,
  k.key, k.is_settled
from pg_catalog.pg_class as c
left join lateral (
  select pg_catalog.json_agg(a.attname order by a.attnum) as key,
    pg_catalog.bool_and(t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace and t.typname in (${SETTLED_TYPES})) as is_settled
  from pg_catalog.pg_index as x
  cross join lateral pg_catalog.unnest(x.indkey::pg_catalog.int2[]) with ordinality as i (attnum, place)
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = i.attnum
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  where x.indrelid = c.oid and x.indisprimary and i.place <= x.indnkeyatts) as k on true
where c.oid = any ($1::pg_catalog.oid[])`;

async function readTables(
  database: WorkerDatabase,
  tables: readonly string[],
): Promise<readonly OutboxTable[]> {
  const oids = (await findTables(database, tables)).map(({ name, oid }) => {
    if (oid === null) throw failure(CDC_ERRORS.UNKNOWN_TABLE, { table: name });
    return oid;
  });
  const rows = await database.rows<TableRow>(TABLES, [oids]);
  return rows.map(({ oid, names, key, is_settled }) => ({
    oid,
    names,
    key: is_settled === true ? key : null,
  }));
}
