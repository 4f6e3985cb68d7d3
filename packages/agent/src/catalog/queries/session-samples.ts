import * as z from 'zod';
import { number, numberOrNull, numbers, statementTextOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One session that does something or holds a transaction, or all idle ones together. */
export interface SessionSampleRow {
  /** Sessions that this row stands for: 1, but for idle ones. */
  readonly sessions: number;
  /** Null for the idle ones. */
  readonly pid: number | null;
  readonly backendType: string;
  /** `active`, `idle in transaction` …; empty when hidden from the role. */
  readonly state: string;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly queryId: string | null;
  /** First 2,000 characters, where there is no query id to know the statement by, or one that was asked about. */
  readonly query: string | null;
  readonly user: string;
  readonly applicationName: string;
  readonly database: string;
  readonly transactionMs: number | null;
  readonly statementMs: number | null;
  readonly stateMs: number | null;
  readonly xminAge: number | null;
  /**
   * Process ids of those that a session waits for which has run for two seconds; of the twenty that wait longest. To ask
   * for more would keep the lock manager busy.
   */
  readonly blockedBy: readonly number[];
  /** Limit of the server, the same in every row. */
  readonly maxConnections: number;
}

/** Walsenders and other processes that wait as their way of life are no load. */
const sql = `
select
  1 as "sessions",
  a.pid as "pid",
  a.backend_type as "backendType",
  coalesce(a.state, '') as "state",
  a.wait_event_type as "waitEventType",
  a.wait_event as "waitEvent",
  a.query_id::text as "queryId",
  case when (a.query_id is null or a.query_id::text = any($1)) and a.state = 'active' then left(a.query, 2000) end as "query",
  coalesce(a.usename::text, '') as "user",
  coalesce(a.application_name, '') as "applicationName",
  coalesce(a.datname::text, '') as "database",
  (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as "transactionMs",
  (extract(epoch from clock_timestamp() - a.query_start) * 1000)::float8 as "statementMs",
  (extract(epoch from clock_timestamp() - a.state_change) * 1000)::float8 as "stateMs",
  pg_catalog.age(a.backend_xmin) as "xminAge",
  case when a.wait_event_type = 'Lock' and a.place <= 20 and a.query_start < clock_timestamp() - interval '2 s'
    then pg_catalog.pg_blocking_pids(a.pid) else '{}' end as "blockedBy",
  pg_catalog.current_setting('max_connections')::int as "maxConnections"
from (
  select s.*, row_number() over (partition by s.wait_event_type order by s.query_start) as place
  from pg_catalog.pg_stat_activity s
  where s.backend_type in ('client backend', 'parallel worker', 'autovacuum worker', 'background worker')
    and coalesce(s.state, '') not in ('idle', '')
    and s.application_name <> 'pgsteward'
  limit 2000
) a
union all
select
  count(*)::int, null, 'client backend', coalesce(i.state, ''), null, null, null, null, '', '', '', null, null, null, null, '{}',
  pg_catalog.current_setting('max_connections')::int
from pg_catalog.pg_stat_activity i
where i.backend_type = 'client backend' and coalesce(i.state, '') in ('idle', '')
group by coalesce(i.state, '')`;

export const sessionSamplesQuery: CatalogQuery<SessionSampleRow> = defineCatalogQuery({
  id: 'catalog/session-samples',
  summary:
    'What sessions do at this instant: the busy ones each, the idle ones as a number; read each second.',
  source: 'PostgreSQL docs 27.2.3 "pg_stat_activity"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'instance',
  parameters: ['queryIds'],
  timeoutMs: 2_000,
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    sessions: number,
    pid: numberOrNull,
    backendType: text,
    state: text,
    waitEventType: textOrNull,
    waitEvent: textOrNull,
    queryId: textOrNull,
    query: statementTextOrNull,
    user: text,
    applicationName: text,
    database: text,
    transactionMs: numberOrNull,
    statementMs: numberOrNull,
    stateMs: numberOrNull,
    xminAge: numberOrNull,
    blockedBy: numbers,
    maxConnections: number,
  }),
});
