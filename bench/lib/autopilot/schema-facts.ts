import type pg from 'pg';
import type { NameResolver } from '../../../packages/agent/src/sql/index.ts';

/** What the peers' algorithms ask of a schema. */
export interface SchemaFacts {
  readonly resolver: NameResolver;
  /** Bytes of all tables with their indexes. */
  readonly tableBytes: number;
  column(table: { readonly schema: string; readonly table: string }, name: string): ColumnFacts | undefined;
}

interface ColumnFacts {
  readonly widthBytes: number;
  /** As `n_distinct`: negative as a share of the rows. */
  readonly distinct: number;
}

interface Row extends ColumnFacts {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

const COLUMNS = `
  select n.nspname as schema, c.relname as "table", a.attname as name,
    coalesce(s.avg_width, 0) as "widthBytes", coalesce(s.n_distinct, 0)::float8 as distinct
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
  join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^(pg_|information_schema)'
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
    and s.inherited = (c.relkind = 'p')
  where a.attnum > 0 and not a.attisdropped
  order by 1, 2, a.attnum`;

/** Reads the tables of user schemas with the statistics of their columns. */
export async function readSchemaFacts(client: pg.Client): Promise<SchemaFacts> {
  const { rows } = await client.query<Row>(COLUMNS);
  const { rows: sizes } = await client.query<{ bytes: number }>(
    `select coalesce(sum(pg_total_relation_size(relid)), 0)::float8 as bytes from pg_stat_user_tables`,
  );
  const find = (schema: string | null, name: string): Row | undefined =>
    rows.find((row) => row.table === name && row.schema === (schema ?? 'public'));
  return {
    resolver: {
      table: (schema, name) => {
        const row = find(schema, name);
        return row === undefined ? null : { schema: row.schema, name: row.table };
      },
      columns: ({ schema, name }) =>
        rows.filter((row) => row.schema === schema && row.table === name).map((row) => row.name),
      view: () => null,
    },
    tableBytes: sizes[0]?.bytes ?? 0,
    column: ({ schema, table }, name) =>
      rows.find((row) => row.schema === schema && row.table === table && row.name === name),
  };
}
