import { quoteIdentifier, quoteLiteral } from '../../postgres/quote.ts';

/** A table that gets triggers, as the catalogue shows it. */
export interface OutboxTable {
  /** Of the outermost parent: its tag is that of its partitions too. */
  readonly oid: number;
  /** Itself and its partitions, quoted, with their schemas. */
  readonly names: readonly string[];
  /** Columns of the primary key in the order of the table's; null where it has none, or one whose text depends on settings. */
  readonly key: readonly string[] | null;
}

/** How an outbox is made. */
export interface OutboxShape {
  readonly schema: string;
  /** Rows that a statement names one by one. */
  readonly maxRows: number;
}

/** Name of the outbox within its schema. */
export const OUTBOX = 'pgcache_outbox';

/**
 * Gives the statements that make the outbox and its triggers; to be run in one transaction. They may run again.
 * A trigger runs once for a statement, however many rows it changes, and writes one row. The functions run with the
 * rights of their owner, so that who writes needs none on the outbox.
 */
export function installSql(tables: readonly OutboxTable[], shape: OutboxShape): readonly string[] {
  const outbox = nameIn(shape, OUTBOX);
  return [
    `create table if not exists ${outbox} (relid pg_catalog.oid, keys pg_catalog.text[], tag pg_catalog.text)
  with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0)`,
    `comment on table ${outbox} is 'What the worker of @pgsteward/cache has not read yet; empty most of the time'`,
    `create or replace function ${nameIn(shape, 'pgcache_invalidate')}(tag pg_catalog.text) returns pg_catalog.void
  language sql security definer set search_path = pg_catalog, pg_temp
  as ${quoteLiteral(`insert into ${outbox} (tag) values ($1)`)}`,
    ...tables.flatMap((table) => [
      `create or replace function ${noteFunction(table, shape)}() returns pg_catalog.trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as ${quoteLiteral(noteBody(table, shape))}`,
      ...table.names.flatMap((name) => triggersOf(name, noteFunction(table, shape))),
    ]),
  ];
}

/** Gives the statements that remove what {@link installSql} made. */
export function removeSql(
  triggers: readonly { readonly name: string; readonly table: string }[],
  functions: readonly string[],
  { schema }: Pick<OutboxShape, 'schema'>,
): readonly string[] {
  return [
    ...triggers.map(({ name, table }) => `drop trigger if exists ${quoteIdentifier(name)} on ${table}`),
    ...functions.map((signature) => `drop function if exists ${signature}`),
    `drop table if exists ${nameIn({ schema }, OUTBOX)}`,
  ];
}

/** PostgreSQL takes transition tables with one kind of event only. */
function triggersOf(table: string, note: string): readonly string[] {
  const trigger = (event: string, referencing: string): string =>
    `create or replace trigger pgcache_${event} after ${event} on ${table}${referencing}
  for each statement execute function ${note}()`;
  return [
    trigger('insert', '\n  referencing new table as pgcache_new'),
    trigger('update', '\n  referencing old table as pgcache_old new table as pgcache_new'),
    trigger('delete', '\n  referencing old table as pgcache_old'),
    trigger('truncate', ''),
  ];
}

/** One statement a trigger: each further one costs the writer as much as the first. */
function noteBody({ oid, key }: OutboxTable, shape: OutboxShape): string {
  const outbox = nameIn(shape, OUTBOX);
  const whole = `insert into ${outbox} (relid, keys) values (${oid}, null);`;
  const note = (...tables: readonly string[]): string => {
    if (key === null) {
      return `insert into ${outbox} (relid, keys) select ${oid}, null where exists (select from ${tables[0]});`;
    }
    const columns = key.map(quoteIdentifier);
    const texts = columns.map((column) => `r.${column}::text`).join(', ');
    // The worker removes duplicates; here each further step costs the writer.
    const rows = tables.map((table) => `select ${columns.join(', ')} from ${table}`).join(' union all ');
    const maxRows = tables.length * shape.maxRows;
    return `insert into ${outbox} (relid, keys)
    select ${oid}, case when count(*) <= ${maxRows} then array_agg(array[${texts}]) end
    from (${rows} limit ${maxRows + 1}) as r having count(*) > 0;`;
  };
  return `begin
  if tg_op = 'TRUNCATE' then
    ${whole}
  elsif tg_op = 'INSERT' then
    ${note('pgcache_new')}
  elsif tg_op = 'DELETE' then
    ${note('pgcache_old')}
  else
    ${note('pgcache_old', 'pgcache_new')}
  end if;
  return null;
end`;
}

function noteFunction({ oid }: OutboxTable, shape: OutboxShape): string {
  return nameIn(shape, `pgcache_note_${oid}`);
}

/** Gives a quoted name. */
export function nameIn({ schema }: Pick<OutboxShape, 'schema'>, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
