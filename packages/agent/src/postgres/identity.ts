import { DatabaseError } from 'pg';
import type { ExtensionFacts, Session } from './types.ts';

/** What a server is at one instant: enough to tell a restart, another server and an upgrade from one another. */
export interface Identity {
  readonly database: string;
  readonly version: string;
  /** True on a standby. */
  readonly isInRecovery: boolean;
  readonly startedAt: Date;
  /** Later than the start when a crash of one process made all others begin anew; null without pg_read_all_stats. */
  readonly checkpointerStartedAt: Date | null;
  /** Its own clock when this was read. */
  readonly readAt: Date;
  readonly extensions: readonly Pick<ExtensionFacts, 'name' | 'version'>[];
}

const IDENTITY_SQL = `
select
  pg_catalog.current_database()::text as "database",
  current_setting('server_version') as "version",
  pg_catalog.pg_is_in_recovery() as "isInRecovery",
  pg_catalog.pg_postmaster_start_time() as "startedAt",
  (
    select max(a.backend_start) from pg_catalog.pg_stat_activity a where a.backend_type = 'checkpointer'
  ) as "checkpointerStartedAt",
  pg_catalog.clock_timestamp() as "readAt",
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object('name', e.extname, 'version', e.extversion)
      order by e.extname)
    from pg_catalog.pg_extension e
  ), '[]'::json) as "extensions"`;

const IDENTITY_TIMEOUT_MS = 2_000;

/**
 * Reads what the server behind a session is.
 * @returns null when the server refuses to tell, as when it takes too long
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function readIdentity(session: Session): Promise<Identity | null> {
  try {
    const rows = await session.read({
      id: 'postgres/identity',
      sql: IDENTITY_SQL,
      timeoutMs: IDENTITY_TIMEOUT_MS,
    });
    return (rows[0] ?? null) as Identity | null;
  } catch (error) {
    if (error instanceof DatabaseError) return null;
    throw error;
  }
}

/** Tells whether two looks saw the same run of the same server, so that its counters can be compared. */
export function isSameRun(before: Identity, now: Identity): boolean {
  const [earlier, later] = [before.checkpointerStartedAt, now.checkpointerStartedAt];
  const isSameCheckpointer = earlier === null || later === null || earlier.getTime() === later.getTime();
  return before.startedAt.getTime() === now.startedAt.getTime() && isSameCheckpointer;
}
