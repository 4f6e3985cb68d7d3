import * as z from 'zod';
import { number, numberOrNull, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** What may stand in the way of a change. */
export interface PreflightRow {
  /** Object id of the table; null when there is none of this name. */
  readonly tableOid: number | null;
  /** Role that owns it. */
  readonly owner: string | null;
  /** Whether this session's role may alter it: 1 or 0. */
  readonly mayAlter: number;
  /** Whether it may create objects in the table's schema, as an index does: 1 or 0. */
  readonly mayCreate: number;
  /** Age of the oldest transaction of another session in this database, in milliseconds; null when there is none. */
  readonly oldestTransactionMs: number | null;
  readonly oldestTransactionPid: number | null;
  /** Sessions that hold or wait for a lock on the table that blocks writes. */
  readonly exclusiveLocks: number;
  /** Bytes that the slowest replica has still to replay; null without replicas. */
  readonly replicaLagBytes: number | null;
}

const sql = `
with t as (
  select c.oid, c.relowner, c.relnamespace
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname::text = $1 and c.relname::text = $2 and c.relkind in ('r', 'p', 'm')
), x as (
  select a.pid, (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as age
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database()
    and a.pid <> pg_catalog.pg_backend_pid()
    and a.xact_start is not null
    and a.backend_type = 'client backend'
  order by a.xact_start
  limit 1
)
select
  (select t.oid from t) as "tableOid",
  (select pg_catalog.pg_get_userbyid(t.relowner)::text from t) as "owner",
  coalesce((select pg_catalog.pg_has_role(t.relowner, 'usage') from t), false)::int as "mayAlter",
  coalesce((select pg_catalog.has_schema_privilege(t.relnamespace, 'create') from t), false)::int as "mayCreate",
  (select x.age from x) as "oldestTransactionMs",
  (select x.pid from x) as "oldestTransactionPid",
  (
    select count(*)::int from pg_catalog.pg_locks l
    where l.relation = (select t.oid from t)
      and l.locktype = 'relation'
      and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  ) as "exclusiveLocks",
  case when pg_catalog.pg_is_in_recovery() then null else (
    select max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn))::float8
    from pg_catalog.pg_stat_replication r
    where r.application_name <> 'pg_basebackup'
  ) end as "replicaLagBytes"`;

export const preflightQuery: CatalogQuery<PreflightRow> = defineCatalogQuery({
  id: 'catalog/preflight',
  summary:
    'What may stand in the way of changing a table: rights, old transactions, locks, lagging replicas.',
  source: 'PostgreSQL docs, CREATE INDEX "Building Indexes Concurrently"; 27.2.4 "pg_stat_replication"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'database',
  parameters: ['schema of the table', 'name of the table'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    tableOid: numberOrNull,
    owner: textOrNull,
    mayAlter: number,
    mayCreate: number,
    oldestTransactionMs: numberOrNull,
    oldestTransactionPid: numberOrNull,
    exclusiveLocks: number,
    replicaLagBytes: numberOrNull,
  }),
});
