import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How an index stands, for building, dropping and rebuilding it. */
export interface IndexStateRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly tableSchema: string;
  readonly tableName: string;
  /** Queries may use it. */
  readonly isValid: boolean;
  /** Writes keep it up. */
  readonly isReady: boolean;
  /** Somebody is building it now. */
  readonly isBeingBuilt: boolean;
  readonly isPartitioned: boolean;
  /** Index of the partitioned table that it is attached to; null when none. */
  readonly parentOid: number | null;
  /** Why it must not be dropped: it backs a constraint, is the replica identity; null when nothing. */
  readonly backs: string | null;
  readonly definition: string;
  /** Null for the database's own. */
  readonly tablespace: string | null;
  readonly comment: string | null;
  readonly sizeBytes: number | null;
}

/** The size is asked for where nobody holds a lock that would make it wait. */
const sql = `
select
  c.oid as "oid",
  n.nspname::text as "schema",
  c.relname::text as "name",
  tn.nspname::text as "tableSchema",
  t.relname::text as "tableName",
  i.indisvalid as "isValid",
  i.indisready as "isReady",
  exists (
    select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = c.oid
  ) as "isBeingBuilt",
  c.relkind = 'I' as "isPartitioned",
  (select h.inhparent from pg_catalog.pg_inherits h where h.inhrelid = c.oid limit 1) as "parentOid",
  coalesce(
    (select 'constraint ' || k.conname::text from pg_catalog.pg_constraint k where k.conindid = c.oid
      order by k.contype <> 'f', k.oid limit 1),
    case when i.indisreplident then 'replica identity' end
  ) as "backs",
  pg_catalog.pg_get_indexdef(c.oid) as "definition",
  (select s.spcname::text from pg_catalog.pg_tablespace s where s.oid = c.reltablespace) as "tablespace",
  pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
  case when not exists (
    select from pg_catalog.pg_locks l
    where l.relation = c.oid and l.mode = 'AccessExclusiveLock' and l.locktype = 'relation'
  ) then pg_catalog.pg_relation_size(c.oid)::float8 end as "sizeBytes"
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where (n.nspname::text, c.relname::text) in (
  select s, r from unnest($1::text[], $2::text[]) as given (s, r)
)
order by c.oid`;

export const indexStatesQuery: CatalogQuery<IndexStateRow> = defineCatalogQuery({
  id: 'catalog/index-states',
  summary:
    'How some indexes stand: valid, being built, attached, what they back, and how to build them again.',
  source: 'PostgreSQL docs 53.26 "pg_index", 27.4.4 "CREATE INDEX Progress Reporting"',
  scope: 'database',
  parameters: ['schemas of the indexes', 'names of the indexes'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    oid: number,
    schema: text,
    name: text,
    tableSchema: text,
    tableName: text,
    isValid: flag,
    isReady: flag,
    isBeingBuilt: flag,
    isPartitioned: flag,
    parentOid: numberOrNull,
    backs: textOrNull,
    definition: text,
    tablespace: textOrNull,
    comment: textOrNull,
    sizeBytes: numberOrNull,
  }),
});
