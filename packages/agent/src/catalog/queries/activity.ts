import * as z from 'zod';
import { flag, number, numberOrNull, numbers, statementTextOrNull, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One server process, with durations by the server's own clock. */
export interface SessionRow {
  readonly pid: number;
  /** Null for processes that belong to no database. */
  readonly database: string | null;
  readonly user: string | null;
  readonly applicationName: string | null;
  readonly clientAddress: string | null;
  /** `client backend`, `autovacuum worker`, `walsender` … */
  readonly backendType: string | null;
  /** `active`, `idle`, `idle in transaction` …; null when hidden from the role. */
  readonly state: string | null;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly connectedMs: number | null;
  /** When it connected, in UTC to the microsecond: with the process id it names a session for good. */
  readonly connectedAt: string | null;
  readonly transactionMs: number | null;
  /** Since the current, or last, statement began. */
  readonly statementMs: number | null;
  /** Since the state changed. */
  readonly stateMs: number | null;
  /** Age of the snapshot that it holds, in transactions; null when it holds none. */
  readonly xminAge: number | null;
  readonly hasTransactionId: boolean;
  readonly queryId: string | null;
  /** First 2,000 characters of the current or last statement; null from a database of another encoding. */
  readonly query: string | null;
  /** How long it has been waiting for a heavyweight lock; null when it does not, or has only just begun. */
  readonly lockWaitMs: number | null;
  /** Processes that this one waits for. */
  readonly blockedBy: readonly number[];
  /** In the connected database. */
  readonly isHere: boolean;
  readonly isOwn: boolean;
}

/** The locks are read only when a session waits for one: a CTE runs when its first row is asked for. */
const sql = `
with waits as materialized (
  select l.pid, min(l.waitstart) as began
  from pg_catalog.pg_locks l
  where not l.granted
  group by l.pid
)
select
  a.pid as "pid",
  a.datname::text as "database",
  a.usename::text as "user",
  a.application_name as "applicationName",
  host(a.client_addr) as "clientAddress",
  a.backend_type as "backendType",
  a.state as "state",
  a.wait_event_type as "waitEventType",
  a.wait_event as "waitEvent",
  (extract(epoch from clock_timestamp() - a.backend_start) * 1000)::float8 as "connectedMs",
  to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') as "connectedAt",
  (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as "transactionMs",
  (extract(epoch from clock_timestamp() - a.query_start) * 1000)::float8 as "statementMs",
  (extract(epoch from clock_timestamp() - a.state_change) * 1000)::float8 as "stateMs",
  pg_catalog.age(a.backend_xmin) as "xminAge",
  a.backend_xid is not null as "hasTransactionId",
  a.query_id::text as "queryId",
  case when a.datid is null or e.is_same then left(a.query, 2000) end as "query",
  case when a.wait_event_type = 'Lock' then (
    select (extract(epoch from clock_timestamp() - w.began) * 1000)::float8 from waits w where w.pid = a.pid
  ) end as "lockWaitMs",
  case when a.wait_event_type = 'Lock' then pg_catalog.pg_blocking_pids(a.pid) else '{}' end as "blockedBy",
  coalesce(a.datname = pg_catalog.current_database(), false) as "isHere",
  a.pid = pg_catalog.pg_backend_pid() or coalesce(a.application_name = 'pgsteward', false) as "isOwn"
from pg_catalog.pg_stat_activity a
left join lateral (
  select d.encoding = h.encoding as is_same
  from pg_catalog.pg_database d
  join pg_catalog.pg_database h on h.datname = pg_catalog.current_database()
  where d.oid = a.datid
) e on true
order by a.pid
limit 20000`;

export const activityQuery: CatalogQuery<SessionRow> = defineCatalogQuery({
  id: 'catalog/activity',
  summary: 'Sessions with state, waits, durations and who blocks whom.',
  source: 'PostgreSQL docs 27.2.3 "pg_stat_activity", 9.27 pg_blocking_pids',
  needs: { role: 'pg_read_all_stats' },
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    pid: number,
    database: textOrNull,
    user: textOrNull,
    applicationName: textOrNull,
    clientAddress: textOrNull,
    backendType: textOrNull,
    state: textOrNull,
    waitEventType: textOrNull,
    waitEvent: textOrNull,
    connectedMs: numberOrNull,
    connectedAt: textOrNull,
    transactionMs: numberOrNull,
    statementMs: numberOrNull,
    stateMs: numberOrNull,
    xminAge: numberOrNull,
    hasTransactionId: flag,
    queryId: textOrNull,
    query: statementTextOrNull,
    lockWaitMs: numberOrNull,
    blockedBy: numbers,
    isHere: flag,
    isOwn: flag,
  }),
});
