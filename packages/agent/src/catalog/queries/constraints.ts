import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull, texts } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One foreign key, check or not-null constraint. */
export interface ConstraintRow {
  readonly oid: number;
  readonly kind: 'foreign key' | 'check' | 'not null';
  readonly name: string;
  readonly tableOid: number;
  readonly schema: string;
  readonly tableName: string;
  /** Constrained columns in order. */
  readonly columns: readonly string[];
  /** Referenced table and columns of a foreign key. */
  readonly referencedOid: number | null;
  readonly referencedSchema: string | null;
  readonly referencedTable: string | null;
  readonly referencedColumns: readonly string[];
  readonly isValidated: boolean;
  /** False for NOT ENFORCED constraints (PostgreSQL 18+). */
  readonly isEnforced: boolean;
  /** Inherited from a partitioned parent, which carries it too. */
  readonly isInherited: boolean;
  /** Triggers behind a foreign key that somebody disabled, or left to fire on replicas only. */
  readonly disabledTriggers: number;
}

/** The whole statement; PostgreSQL 18 added NOT ENFORCED and not-null constraints that can be NOT VALID. */
const sql = (kinds: string, enforced: string): string => `
select
  k.oid as "oid",
  case k.contype when 'f' then 'foreign key' when 'c' then 'check' else 'not null' end as "kind",
  k.conname::text as "name",
  k.conrelid as "tableOid",
  n.nspname::text as "schema",
  c.relname::text as "tableName",
  array(
    select a.attname::text
    from pg_catalog.unnest(k.conkey) with ordinality u(attnum, position)
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
    order by u.position
  ) as "columns",
  nullif(k.confrelid, 0) as "referencedOid",
  rn.nspname::text as "referencedSchema",
  rc.relname::text as "referencedTable",
  array(
    select a.attname::text
    from pg_catalog.unnest(k.confkey) with ordinality u(attnum, position)
    join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum
    order by u.position
  ) as "referencedColumns",
  k.convalidated as "isValidated",
  ${enforced} as "isEnforced",
  k.conparentid <> 0 or k.coninhcount > 0 as "isInherited",
  case when k.contype = 'f' then (
    select count(*)::int from pg_catalog.pg_trigger g where g.tgconstraint = k.oid and g.tgenabled in ('D', 'R')
  ) else 0 end as "disabledTriggers"
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class rc on rc.oid = k.confrelid
left join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace
where k.oid > $1::oid
  and (k.contype = 'f' or (k.contype in (${kinds}) and not k.convalidated))
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by k.oid
limit $2`;

export const constraintsQuery: CatalogQuery<ConstraintRow> = defineCatalogQuery({
  id: 'catalog/constraints',
  summary: 'Foreign keys, and every constraint that is not validated.',
  source: 'PostgreSQL docs 51.13 "pg_constraint"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows'],
  variants: [
    { since: { server: 140_000 }, sql: sql("'c'", 'true') },
    { since: { server: 180_000 }, sql: sql("'c', 'n'", 'k.conenforced') },
  ],
  row: z.object({
    oid: number,
    kind: z.enum(['foreign key', 'check', 'not null']),
    name: text,
    tableOid: number,
    schema: text,
    tableName: text,
    columns: texts,
    referencedOid: numberOrNull,
    referencedSchema: textOrNull,
    referencedTable: textOrNull,
    referencedColumns: texts,
    isValidated: flag,
    isEnforced: flag,
    isInherited: flag,
    disabledTriggers: number,
  }),
});
