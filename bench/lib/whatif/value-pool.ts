import type pg from 'pg';

/** A column that random statements use, with values that its statistics name. */
export interface PoolColumn {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  /** Values as texts; most common ones first. */
  readonly values: readonly string[];
}

/** Tables by name, unquoted, with their columns. */
export type ValuePool = ReadonlyMap<string, readonly PoolColumn[]>;

/** Values per list of a column. */
const VALUES = 60;

/** Reads tables, columns and some of their values out of the statistics of a database. */
export async function readValuePool(client: pg.Client, tables: readonly string[]): Promise<ValuePool> {
  const { rows } = await client.query<{ table: string; name: string; type: string; lists: string[] }>(
    `select s.tablename::text as table, s.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
       array_remove(array[s.most_common_vals::text, s.histogram_bounds::text], null) as lists
     from pg_stats s
     join pg_class c on c.relname = s.tablename and c.relnamespace = 'public'::regnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = s.attname
     where s.schemaname = 'public' and s.tablename = any($1) and (s.inherited or c.relkind in ('r', 'm'))
     order by 1, a.attnum, s.inherited`,
    [tables],
  );
  const pool = new Map<string, PoolColumn[]>();
  for (const { table, name, type, lists } of rows) {
    const columns = pool.get(table) ?? [];
    pool.set(table, columns);
    if (columns.some((column) => column.name === name)) continue;
    const array = type.endsWith('[]') ? 'text[]' : `${type}[]`;
    const values: string[] = [];
    for (const list of lists) {
      const found = await client.query<{ v: string }>(
        `select v::text as v from unnest($1::${array}) v limit ${VALUES}`,
        [list],
      );
      values.push(...found.rows.map((row) => row.v));
    }
    if (values.length > 0) columns.push({ name, type, values });
  }
  return pool;
}
