import { quoteIdentifier } from '../kernel/index.ts';

/** What the role script is made for. */
export interface RoleOptions {
  /** Name of the reading role. */
  readonly name: string;
  /** Database that it watches. */
  readonly database: string;
  /** Grants reading of table data too, for column statistics, foreign key samples and real plans. */
  readonly withData: boolean;
}

/**
 * Writes the SQL that makes a role for pgsteward: a reader without any right to write. Nothing is run: a DBA
 * reads it first.
 * @source PostgreSQL docs 22.5 "Predefined Roles"
 */
export function roleSql(options: RoleOptions): string {
  const role = quoteIdentifier(options.name);
  const database = quoteIdentifier(options.database);
  const data = options.withData
    ? [
        '-- Reads table data: for column statistics, foreign key samples and plans with real values.',
        `grant pg_read_all_data to ${role};`,
      ]
    : [
        '-- Without table data: column statistics, bloat estimates and foreign key samples stay blind spots.',
        '-- To add them (the role can then read every row):',
        `-- grant pg_read_all_data to ${role};`,
      ];
  return [
    "-- The role that pgsteward reads with. Run as a superuser (or the cloud vendor's admin role).",
    `create role ${role} login connection limit 5;`,
    '-- Set the password in psql, so that it stands in no script and no log:',
    `--   \\password ${role}`,
    '',
    '-- Statistics, settings and what other sessions run; no table data.',
    `grant pg_monitor to ${role};`,
    `grant connect on database ${database} to ${role};`,
    '',
    ...data,
    '',
    "-- To add the plans that auto_explain writes into the server's log (the role can then read the log, and every",
    "-- file of the server's data directory):",
    `-- grant execute on function pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) to ${role};`,
    '',
    '-- Guards against accidents. The guarantee is that no right to write was granted.',
    `alter role ${role} set default_transaction_read_only = on;`,
    `alter role ${role} set statement_timeout = '15s';`,
    `alter role ${role} set lock_timeout = '200ms';`,
    `alter role ${role} set idle_in_transaction_session_timeout = '10s';`,
    `alter role ${role} set search_path = pg_catalog;`,
    '',
    "-- Statement statistics; needs shared_preload_libraries = 'pg_stat_statements' and a restart.",
    `-- Run while connected to ${options.database.replaceAll(/[\r\n]/g, ' ')}:`,
    'create extension if not exists pg_stat_statements;',
    '',
  ].join('\n');
}

/**
 * Writes the SQL that makes the role with which pgsteward changes things: a member of the roles that own the tables, and
 * of nothing else. Nothing is run: a DBA reads it first.
 * @source PostgreSQL docs 22.5 "Predefined Roles", GRANT "on Parameters"
 */
export function actingRoleSql({ name, database }: Pick<RoleOptions, 'name' | 'database'>): string {
  const role = quoteIdentifier(name);
  return [
    '-- The role that pgsteward acts with, apart from the one that it reads with. Only `act` uses it, within your policy.',
    `create role ${role} login connection limit 2;`,
    '-- Set the password in psql, so that it stands in no script and no log:',
    `--   \\password ${role}`,
    `grant connect on database ${quoteIdentifier(database)} to ${role};`,
    '',
    '-- Sees what may stand in its way: old transactions, locks, lagging replicas.',
    `grant pg_monitor to ${role};`,
    '',
    '-- Builds and drops indexes, sets storage parameters, vacuums: all need the rights of the owner of the tables.',
    '-- One line for each role that owns tables of yours:',
    `-- grant app_owner to ${role};`,
    '-- To build an index, that owner also needs the right to create in the schema (public of PostgreSQL 15 or newer',
    '-- gives it to the owner of the database alone):',
    '-- grant create on schema public to app_owner;',
    '',
    '-- Ends the session at the root of a pile-up, where you let it:',
    `-- grant pg_signal_backend to ${role};`,
    '',
    '-- Changes settings of the server, one line each (PostgreSQL 15 or newer):',
    `-- grant set, alter system on parameter work_mem to ${role};`,
    `-- grant execute on function pg_catalog.pg_reload_conf() to ${role};`,
    '',
  ].join('\n');
}
