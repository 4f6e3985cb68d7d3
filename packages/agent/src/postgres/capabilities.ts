import type { Client } from 'pg';
import { detectPooler } from './detect-pooler.ts';
import type { Capabilities, ExtensionFacts, Session } from './types.ts';

const CAPABILITIES_TIMEOUT_MS = 5_000;

/**
 * Everything about server and role that decides which catalogue queries can run, in one row. pg_settings hides
 * shared_preload_libraries from roles without pg_read_all_settings, where current_setting() would fail.
 */
const CAPABILITIES_SQL = `
select
  current_setting('server_version_num')::int as version_number,
  current_setting('server_version') as version,
  pg_catalog.current_database()::text as database,
  (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()) as database_oid,
  current_user::text as "user",
  (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user) as is_superuser,
  pg_catalog.pg_is_in_recovery() as is_in_recovery,
  pg_catalog.pg_postmaster_start_time() as server_started_at,
  current_setting('block_size')::int as block_size_bytes,
  pg_catalog.pg_backend_pid() as backend_pid,
  array(
    select r.rolname::text from pg_catalog.pg_roles r
    where r.rolname like 'pg\\_%' and pg_catalog.pg_has_role(current_user, r.oid, 'usage')
    order by 1
  ) as roles,
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', e.extname, 'version', e.extversion, 'schema', n.nspname) order by e.extname)
    from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  ), '[]'::json) as extensions,
  array(select a.name::text from pg_catalog.pg_available_extensions() a order by 1) as available_extensions,
  coalesce((
    select s.setting from pg_catalog.pg_settings s where s.name = 'shared_preload_libraries'
  ), '') as preload_libraries,
  coalesce((
    select pg_catalog.json_object_agg(v.relname, v.columns)
    from (
      select c.relname, pg_catalog.array_agg(a.attname order by a.attnum) as columns
      from pg_catalog.pg_class c
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'v' and c.relname like 'pg\\_stat%'
      group by c.oid, c.relname
    ) v
  ), '{}'::json) as view_columns`;

interface CapabilitiesRow {
  readonly version_number: number;
  readonly version: string;
  readonly database: string;
  readonly database_oid: number;
  readonly user: string;
  readonly is_superuser: boolean;
  readonly is_in_recovery: boolean;
  readonly server_started_at: Date;
  readonly block_size_bytes: number;
  readonly backend_pid: number;
  readonly roles: readonly string[];
  readonly extensions: readonly ExtensionFacts[];
  readonly available_extensions: readonly string[];
  readonly preload_libraries: string;
  readonly view_columns: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads the capabilities of a target.
 * @param openSecond opens another connection; used only when a pooler is suspected
 */
export async function readCapabilities(
  read: Session['read'],
  client: Client,
  openSecond: () => Promise<Client>,
): Promise<Capabilities> {
  const rows = await read({
    id: 'postgres/capabilities',
    sql: CAPABILITIES_SQL,
    timeoutMs: CAPABILITIES_TIMEOUT_MS,
  });
  const row = rows[0] as unknown as CapabilitiesRow;
  return {
    versionNumber: row.version_number,
    version: row.version,
    database: row.database,
    databaseOid: row.database_oid,
    user: row.user,
    isSuperuser: row.is_superuser,
    isInRecovery: row.is_in_recovery,
    serverStartedAt: row.server_started_at,
    blockSizeBytes: row.block_size_bytes,
    roles: row.roles,
    extensions: row.extensions,
    availableExtensions: row.available_extensions,
    preloadLibraries: splitList(row.preload_libraries),
    viewColumns: new Map(Object.entries(row.view_columns)),
    pooler: await detectPooler(client, row.backend_pid, openSecond),
    backendPid: row.backend_pid,
  };
}

function splitList(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim().replaceAll('"', ''))
    .filter((name) => name !== '');
}
