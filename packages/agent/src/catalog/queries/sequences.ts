import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { SYSTEM_SCHEMAS } from '../system-schemas.ts';

/** One sequence and a column that it fills; a sequence that several tables share has a row for each. */
export interface SequenceRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Null when never used, or not readable. */
  readonly lastValue: number | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly increment: number;
  readonly isCyclic: boolean;
  /** Whether the role may read its value (SELECT or USAGE on it). */
  readonly isReadable: boolean;
  /** Column that it feeds; null when none is known. */
  readonly tableOid: number | null;
  readonly tableSchema: string | null;
  readonly tableName: string | null;
  readonly columnName: string | null;
  /** Bare type of that column: `int2`, `int4`, `int8`, `numeric` … */
  readonly columnType: string | null;
}

const sql = `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  case when r.readable then pg_catalog.pg_sequence_last_value(c.oid)::float8 end as "lastValue",
  s.seqmin::float8 as "minimum",
  s.seqmax::float8 as "maximum",
  s.seqincrement::float8 as "increment",
  s.seqcycle as "isCyclic",
  r.readable as "isReadable",
  o.table_oid as "tableOid",
  o.table_schema as "tableSchema",
  o.table_name as "tableName",
  o.column_name as "columnName",
  o.column_type as "columnType"
from (
  select r.*
  from pg_catalog.pg_class r
  where r.oid > $1::oid
    and r.relkind = 'S'
    and r.relnamespace not in (${SYSTEM_SCHEMAS})
  order by r.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_sequence s on s.seqrelid = c.oid
cross join lateral (
  select pg_catalog.has_sequence_privilege(c.oid, 'select, usage')
    and c.relpersistence <> 't'
    and not (c.relpersistence = 'u' and pg_catalog.pg_is_in_recovery())
    and c.oid <> all ($3::oid[]) as readable
) r
left join lateral (
  select distinct
    t.oid as table_oid,
    tn.nspname::text as table_schema,
    t.relname::text as table_name,
    a.attname::text as column_name,
    coalesce(b.typname, y.typname)::text as column_type
  from pg_catalog.pg_depend d
  left join pg_catalog.pg_attrdef f on d.classid = 'pg_catalog.pg_attrdef'::regclass and f.oid = d.objid
  join pg_catalog.pg_class t on t.oid = coalesce(f.adrelid, d.refobjid)
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = coalesce(f.adnum, d.refobjsubid)
  join pg_catalog.pg_type y on y.oid = a.atttypid
  left join pg_catalog.pg_type b on b.oid = y.typbasetype and y.typtype = 'd'
  where (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0)
    or (d.classid = 'pg_catalog.pg_attrdef'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
      and d.refobjid = c.oid
      -- Partitions and children copy the default of their parent.
      and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = t.oid))
  limit 20
) o on true
order by c.oid`;

export const sequencesQuery: CatalogQuery<SequenceRow> = defineCatalogQuery({
  id: 'catalog/sequences',
  summary: 'Sequences with their last value, limits, and the columns that each fills.',
  source: 'PostgreSQL docs 51.46 "pg_sequence", 51.18 "pg_depend"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    lastValue: numberOrNull,
    minimum: number,
    maximum: number,
    increment: number,
    isCyclic: flag,
    isReadable: flag,
    tableOid: numberOrNull,
    tableSchema: textOrNull,
    tableName: textOrNull,
    columnName: textOrNull,
    columnType: textOrNull,
  }),
});
