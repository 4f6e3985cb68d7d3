import * as z from 'zod';
import { flag, number, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** How a session stands that is to be ended. */
export interface SessionStateRow {
  readonly pid: number;
  readonly backendType: string | null;
  readonly state: string | null;
  /** When its current or last statement began, in UTC. */
  readonly statementAt: string | null;
  readonly isOwn: boolean;
  /** Whether the role may signal it. */
  readonly maySignal: boolean;
  /** Sessions that it waits for. */
  readonly blockersCount: number;
  /** Sessions that wait for it. */
  readonly blockedCount: number;
}

/** Roles that are superusers may be signalled by superusers only; session_user is who logged in. */
const sql = `
select
  a.pid as "pid",
  a.backend_type as "backendType",
  a.state as "state",
  to_char(a.query_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') as "statementAt",
  coalesce(a.application_name = 'pgsteward', false) as "isOwn",
  coalesce(me.rolsuper or (not r.rolsuper and (
    pg_catalog.pg_has_role(r.oid, 'usage') or pg_catalog.pg_has_role('pg_signal_backend', 'usage')
  )), false) as "maySignal",
  cardinality(pg_catalog.pg_blocking_pids(a.pid)) as "blockersCount",
  (
    select count(distinct l.pid)::int from pg_catalog.pg_locks l
    where not l.granted and a.pid = any (pg_catalog.pg_blocking_pids(l.pid))
  ) as "blockedCount"
from pg_catalog.pg_stat_activity a
left join pg_catalog.pg_roles r on r.oid = a.usesysid
cross join (select m.rolsuper from pg_catalog.pg_roles m where m.rolname = current_user) me
where a.pid = $1 and a.backend_start = $2::timestamptz`;

export const sessionStateQuery: CatalogQuery<SessionStateRow> = defineCatalogQuery({
  id: 'catalog/session-state',
  summary: 'How one session stands: what it does, whom it holds up, whether it may be signalled.',
  source: 'PostgreSQL docs 27.2.3 "pg_stat_activity", 9.28.2 "Server Signaling Functions"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'instance',
  parameters: ['process id', 'when it connected'],
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    pid: number,
    backendType: textOrNull,
    state: textOrNull,
    statementAt: textOrNull,
    isOwn: flag,
    maySignal: flag,
    blockersCount: number,
    blockedCount: number,
  }),
});
