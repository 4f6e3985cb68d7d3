import { type Client, DatabaseError } from 'pg';
import { mark } from './marker.ts';
import { refusalReason } from './refusal.ts';

/**
 * Catalogues with secrets that `pg_read_all_data` opens: password hashes, connection strings, and samples of both. What a
 * transaction read, a statement in a function included, shows in the locks that it holds.
 * @source PostgreSQL docs 22.5 "Predefined Roles", 53.13 "pg_locks"
 */
const TOUCHED_SQL = mark(
  'secrets',
  `select pg_catalog.string_agg(distinct l.relation::pg_catalog.regclass::text, ', ') as "names"
  from pg_catalog.pg_locks l
  where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
    and l.relation in ('pg_catalog.pg_authid'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass,
      'pg_catalog.pg_subscription'::pg_catalog.regclass, 'pg_catalog.pg_statistic'::pg_catalog.regclass,
      'pg_catalog.pg_statistic_ext_data'::pg_catalog.regclass)
    and pg_catalog.has_table_privilege(l.relation, 'select')`,
);

/** Says why what the open transaction read must not be shown to a model; null when it may. */
export async function secretsReason(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ readonly names: string | null }>(TOUCHED_SQL);
  const names = rows[0]?.names ?? null;
  return names === null
    ? null
    : `it reads ${names}, where secrets are, itself or through a view such as pg_stat_activity or pg_stats; other tools show sessions and statistics`;
}

/** Gives PostgreSQL's reason, but not the words of an error within a function: they may quote what was read there. */
export function guardedReason(error: unknown, sent: string, statement: string): string {
  return error instanceof DatabaseError && error.where !== undefined
    ? `a function that it calls failed (SQLSTATE ${error.code})`
    : refusalReason(error, sent, statement);
}
