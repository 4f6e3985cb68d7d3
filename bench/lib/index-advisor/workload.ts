import type pg from 'pg';
import type {
  Workload,
  WorkloadColumn,
  WorkloadIndex,
  WorkloadTable,
} from '../../../packages/agent/src/advise/index.ts';
import { readIndexDefinition } from '../../../packages/agent/src/planner/index.ts';
import { type QueryFile, viewName } from './queries.ts';

/** Reads the tables of a data-free copy and makes each query one statement of weight 1. */
export async function readWorkload(client: pg.Client, queries: readonly QueryFile[]): Promise<Workload> {
  const tables = await client.query<TableRow>(TABLES);
  const columns = await client.query<ColumnRow>(COLUMNS);
  const indexes = await client.query<IndexRow>(INDEXES);
  const views = queries.flatMap((query) =>
    query.before.flatMap((sql) => {
      const name = viewName(sql);
      return name === null ? [] : [[`public.${name}`, sql] as const];
    }),
  );
  return {
    statements: queries.map(({ id, select }) => ({
      id,
      sql: select,
      weight: 1,
      calls: null,
      meanMs: null,
      variants: [{ share: 1, statement: { id, sql: select, values: [], searchPath: null } }],
    })),
    tables: tables.rows.map(
      (row): WorkloadTable => ({
        schema: row.schema,
        name: row.name,
        rows: row.rows,
        sizeBytes: row.pages * 8192,
        columns: columns.rows.filter((column) => column.oid === row.oid).map(toColumn),
        indexes: indexes.rows.filter((index) => index.oid === row.oid).map(toIndex),
        inserts: 0,
        updates: 0,
        hotUpdates: 0,
        deletes: 0,
      }),
    ),
    countedMs: null,
    operatorClasses: new Map(),
    views: new Map(views),
    takenNames: new Set(),
  };
}

interface TableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly pages: number;
}

interface ColumnRow {
  readonly oid: number;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly width: number | null;
  readonly distinct: number | null;
  readonly correlation: number | null;
  readonly nulls: number | null;
}

interface IndexRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly ddl: string;
  readonly unique: boolean;
}

const TABLES = `
select c.oid::int as oid, n.nspname as schema, c.relname as name, greatest(c.reltuples, 0)::float8 as rows, c.relpages as pages
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
order by 2, 3`;

const COLUMNS = `
select a.attrelid::int as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
  s.avg_width as width, s.n_distinct as distinct, s.correlation as correlation, s.null_frac as nulls
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)'
order by 1, a.attnum`;

const INDEXES = `
select i.indrelid::int as oid, n.nspname as schema, c.relname as name, pg_get_indexdef(i.indexrelid) as ddl,
  i.indisunique as unique
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^pg_' order by 2, 3`;

function toColumn(row: ColumnRow): WorkloadColumn {
  return {
    name: row.name,
    type: row.type,
    isNotNull: row.notNull,
    widthBytes: row.width,
    distinct: row.distinct,
    correlation: row.correlation,
    nullRatio: row.nulls,
  };
}

function toIndex(row: IndexRow): WorkloadIndex {
  const read = readIndexDefinition(row.ddl);
  return {
    schema: row.schema,
    name: row.name,
    definition: read,
    sizeBytes: 0,
    isProtected: true,
    protection: 'the bench keeps what is there',
    scans: null,
    ddl: row.ddl,
  };
}
