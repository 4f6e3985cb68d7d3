import { mark } from './marker.ts';

/**
 * Gives a session of the reading role of `role --print-sql`, which looks names up in pg_catalog alone, the database's own
 * search path: statements that somebody wrote mean that one.
 * @param id what the statement is for, such as `compare`
 * @param isLocal whether it holds for the transaction alone
 */
export function ownSearchPathSql(id: string, { isLocal }: { readonly isLocal: boolean }): string {
  return mark(
    id,
    `select pg_catalog.set_config('search_path', coalesce((
    select pg_catalog.substr(c.setting, 13)
    from pg_catalog.pg_db_role_setting s
    join pg_catalog.pg_database d on d.oid = s.setdatabase and d.datname = pg_catalog.current_database()
    cross join pg_catalog.unnest(s.setconfig) c (setting)
    where s.setrole = 0 and c.setting like 'search_path=%'
  ), '"$user", public'), ${isLocal})
  where pg_catalog.current_setting('search_path') = 'pg_catalog'`,
  );
}
