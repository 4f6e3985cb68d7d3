import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull, texts, timeOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One partitioned table and what its partitions cover. */
export interface PartitionedTableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly strategy: 'range' | 'list' | 'hash';
  /** Key columns; the empty string stands for an expression. */
  readonly keyColumns: readonly string[];
  /** Bare type of the first key column; `timestamptz` for an expression that gives times. */
  readonly keyType: string | null;
  readonly partitions: number;
  readonly defaultOid: number | null;
  readonly defaultSchema: string | null;
  readonly defaultName: string | null;
  /** Rows in the default partition by the statistics collector. */
  readonly defaultRows: number | null;
  /** Whether a partition reaches MAXVALUE or infinity, so that no future row is without one. */
  readonly isOpenEnded: boolean;
  /** Bounds of the newest bounded partition when the key begins with a date, a timestamp or an expression that gives one. */
  readonly newestFrom: Date | null;
  readonly newestTo: Date | null;
  readonly now: Date;
}

const sql = `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  case p.partstrat when 'r' then 'range' when 'l' then 'list' else 'hash' end as "strategy",
  array(
    select coalesce(a.attname::text, '')
    from pg_catalog.unnest(p.partattrs::int2[]) with ordinality u(attnum, position)
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum and u.attnum <> 0
    order by u.position
  ) as "keyColumns",
  coalesce(y.typname, case when b.newest_from is not null then 'timestamptz' end)::text as "keyType",
  (select count(*)::int from pg_catalog.pg_inherits i where i.inhparent = c.oid) as "partitions",
  d.oid as "defaultOid",
  dn.nspname::text as "defaultSchema",
  d.relname::text as "defaultName",
  pg_catalog.pg_stat_get_live_tuples(d.oid)::float8 as "defaultRows",
  coalesce(b.is_open_ended, false) as "isOpenEnded",
  b.newest_from as "newestFrom",
  b.newest_to as "newestTo",
  clock_timestamp() as "now"
from pg_catalog.pg_partitioned_table p
join pg_catalog.pg_class c on c.oid = p.partrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class d on d.oid = nullif(p.partdefid, 0)
left join pg_catalog.pg_namespace dn on dn.oid = d.relnamespace
left join pg_catalog.pg_attribute ka on ka.attrelid = c.oid and ka.attnum = p.partattrs[0] and ka.attnum > 0
left join pg_catalog.pg_type y on y.oid = ka.atttypid
left join lateral (
  select
    max(x.lower_bound::timestamptz) filter (where x.upper_bound is not null) as newest_from,
    max(x.upper_bound::timestamptz) as newest_to,
    bool_or(x.upper_bound is null) as is_open_ended
  from (
    select
      nullif((regexp_match(e.bound, 'FROM \\(''([^'']+)''[,)]'))[1], '-infinity') as lower_bound,
      nullif((regexp_match(e.bound, 'TO \\(''([^'']+)''[,)]'))[1], 'infinity') as upper_bound
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class k on k.oid = i.inhrelid
    -- Without a relation pg_get_expr takes no lock: a partition under an exclusive lock is seen all the same.
    cross join lateral (select pg_catalog.pg_get_expr(k.relpartbound, 0) as bound) e
    where i.inhparent = c.oid
      and k.oid <> p.partdefid
      and p.partstrat = 'r'
      and (
        y.typname in ('date', 'timestamp', 'timestamptz')
        -- A key that is an expression: its first bound tells its type (date, timestamp, timestamptz).
        or p.partattrs[0] = 0 and k.relpartbound::text ~ ':lowerdatums \\({PARTITIONRANGEDATUM :kind 0 :value {CONST :consttype (1082|1114|1184) '
      )
  ) x
) b on true
where c.oid > $1::oid
order by c.oid
limit $2`;

export const partitionedTablesQuery: CatalogQuery<PartitionedTableRow> = defineCatalogQuery({
  id: 'catalog/partitioned-tables',
  summary: 'Partitioned tables, how far ahead their partitions reach, and their default partition.',
  source: 'PostgreSQL docs 51.35 "pg_partitioned_table"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    strategy: z.enum(['range', 'list', 'hash']),
    keyColumns: texts,
    keyType: textOrNull,
    partitions: number,
    defaultOid: numberOrNull,
    defaultSchema: textOrNull,
    defaultName: textOrNull,
    defaultRows: numberOrNull,
    isOpenEnded: flag,
    newestFrom: timeOrNull,
    newestTo: timeOrNull,
    now: z.date(),
  }),
});
