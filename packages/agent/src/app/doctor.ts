import { runCatalogQuery, serverSettingsQuery, statementsInfoQuery } from '../catalog/index.ts';
import { type Clock, PgstewardError } from '../kernel/index.ts';
import { createPoolerMeter, findPlanLog } from '../observe/index.ts';
import {
  type Capabilities,
  type ConnectionTarget,
  openPoolerConsole,
  POSTGRES_SETTINGS,
  type Session,
} from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';

/** One thing that pgsteward can or cannot use on a target. */
export interface DoctorItem {
  /** `role/pg_monitor`, `extension/hypopg`, `setting/track_io_timing` … */
  readonly id: string;
  readonly status: 'ok' | 'degraded' | 'missing';
  /** What was found. */
  readonly what: string;
  /** What it adds where it is there. */
  readonly adds: string;
  /** How to get it; empty when it is there. */
  readonly remedy: string;
}

/** Extensions that add something, and what. */
const EXTENSIONS: readonly { readonly name: string; readonly adds: string; readonly isPreloaded: boolean }[] =
  [
    { name: 'hypopg', adds: 'a cross-check of what-if index plans on the target itself', isPreloaded: false },
    {
      name: 'pg_buffercache',
      adds: 'whether shared buffers are full, before more of them are proposed (PostgreSQL 16+)',
      isPreloaded: false,
    },
    { name: 'pgstattuple', adds: 'exact bloat instead of an estimate', isPreloaded: false },
    { name: 'amcheck', adds: 'a check of indexes and heaps for corruption', isPreloaded: false },
    {
      name: 'pg_wait_sampling',
      adds: 'wait events at a finer grain than one sample a second',
      isPreloaded: true,
    },
  ];

/** Examines what a session can see, and says what each missing piece would add. */
export async function examine(session: Session): Promise<readonly DoctorItem[]> {
  const { capabilities } = session;
  return [
    serverItem(capabilities),
    ...roleItems(capabilities),
    poolerItem(capabilities),
    await statementsItem(session),
    ...(await settingItems(session)),
    await planLogItem(session),
    ...EXTENSIONS.map((extension) => extensionItem(extension, capabilities)),
  ];
}

/** Looks whether the admin console of a pooler can be read. */
export async function examinePooler(
  pooler: ConnectionTarget,
  { settings, clock }: { readonly settings: Settings; readonly clock: Clock },
): Promise<DoctorItem> {
  const id = `pooler/${pooler.address}`;
  const adds = 'clients, servers, waits and throughput of each pool, and alerts on them';
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  try {
    const console = await openPoolerConsole(pooler, { connectTimeoutMs });
    try {
      const { facts } = await createPoolerMeter(clock, pooler.address).read(console, false);
      const what = `PgBouncer ${facts.version}, ${facts.databases.length - 1} databases`;
      return { id, status: 'ok', what, adds, remedy: '' };
    } finally {
      await console.close();
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const remedy = error instanceof PgstewardError ? error.next.join(', ') : 'see the log of PgBouncer';
    return { id, status: 'missing', what, adds, remedy };
  }
}

function serverItem(capabilities: Capabilities): DoctorItem {
  const node = capabilities.isInRecovery ? 'standby' : 'primary';
  return {
    id: 'server',
    status: 'ok',
    what: `PostgreSQL ${capabilities.version}, ${node}, database ${capabilities.database}`,
    adds: 'the connection works',
    remedy: '',
  };
}

function roleItems(capabilities: Capabilities): readonly DoctorItem[] {
  const has = (role: string): boolean => capabilities.isSuperuser || capabilities.roles.includes(role);
  const grant = (role: string): string => `run as a superuser: grant ${role} to "${capabilities.user}";`;
  return [
    {
      id: 'role/pg_monitor',
      status: has('pg_monitor') ? 'ok' : 'degraded',
      what: has('pg_monitor') ? `granted to ${capabilities.user}` : `not granted to ${capabilities.user}`,
      adds: "other sessions' statements, all settings, replication and archiver state",
      remedy: has('pg_monitor') ? '' : grant('pg_monitor'),
    },
    {
      id: 'role/pg_read_all_data',
      status: has('pg_read_all_data') ? 'ok' : 'degraded',
      what: has('pg_read_all_data') ? 'table data is readable' : 'table data is not readable as a whole',
      adds: 'column statistics, bloat estimates, foreign key samples, sequence against column',
      remedy: has('pg_read_all_data') ? '' : grant('pg_read_all_data'),
    },
  ];
}

function poolerItem(capabilities: Capabilities): DoctorItem {
  const isDirect = capabilities.pooler === 'none';
  return {
    id: 'connection/pooler',
    status: isDirect ? 'ok' : 'degraded',
    what: isDirect ? 'connected directly' : `behind a pooler in ${capabilities.pooler} mode`,
    adds: 'a direct connection allows hypothetical indexes and long sessions',
    remedy: isDirect
      ? ''
      : 'give pgsteward the address of PostgreSQL itself; audits work through the pooler too',
  };
}

async function statementsItem(session: Session): Promise<DoctorItem> {
  const id = 'extension/pg_stat_statements';
  const adds = 'which statements cost the time: the larger half of the checks';
  const info = await runCatalogQuery(session, statementsInfoQuery);
  if (!info.ok) {
    return { id, status: 'missing', what: info.unavailable.reason, adds, remedy: info.unavailable.remedy };
  }
  const row = info.rows[0];
  const hidden = row?.hiddenEntries ?? 0;
  if (hidden > 0) {
    const what = `${hidden} of ${row?.entries ?? 0} statements are hidden from ${session.capabilities.user}`;
    return {
      id,
      status: 'degraded',
      what,
      adds,
      remedy: 'grant pg_read_all_stats (or pg_monitor) to the role',
    };
  }
  return { id, status: 'ok', what: `${row?.entries ?? 0} statements tracked`, adds, remedy: '' };
}

async function settingItems(session: Session): Promise<readonly DoctorItem[]> {
  const result = await runCatalogQuery(session, serverSettingsQuery);
  const value = (name: string): string | null =>
    result.ok ? (result.rows.find((row) => row.name === name)?.value ?? null) : null;
  const wanted = [
    { name: 'track_io_timing', adds: 'time spent reading and writing, apart from time spent computing' },
    {
      name: 'compute_query_id',
      adds: 'the statement id of running sessions',
      accepts: ['on', 'auto', 'regress'],
    },
    { name: 'track_counts', adds: 'table and index statistics, and autovacuum' },
  ];
  return wanted.map(({ name, adds, accepts = ['on'] }) => {
    const found = value(name);
    const isOn = found !== null && accepts.includes(found);
    return {
      id: `setting/${name}`,
      status: isOn ? ('ok' as const) : ('degraded' as const),
      what: `${name} = ${found ?? 'unreadable'}`,
      adds,
      remedy: isOn ? '' : `run as a superuser: alter system set ${name} = on; select pg_reload_conf();`,
    };
  });
}

async function planLogItem(session: Session): Promise<DoctorItem> {
  const id = 'library/auto_explain';
  const adds = 'plans of slow statements as they really ran, from the log';
  const found = await findPlanLog(session);
  if (!found.ok) {
    return { id, status: 'missing', what: found.unavailable.reason, adds, remedy: found.unavailable.remedy };
  }
  const { kind, path, autoExplain } = found.log;
  const read = `plans are read from the ${kind} ${path}`;
  if (autoExplain.isAnalyzed || autoExplain.isSetElsewhere) {
    return { id, status: 'ok', what: read, adds, remedy: '' };
  }
  const remedy =
    'set auto_explain.log_analyze and log_buffers = on; auto_explain.sample_rate keeps the cost low';
  return { id, status: 'degraded', what: `${read}, with estimates only`, adds, remedy };
}

function extensionItem(extension: (typeof EXTENSIONS)[number], capabilities: Capabilities): DoctorItem {
  const { name, adds } = extension;
  const installed = capabilities.extensions.find((candidate) => candidate.name === name);
  if (installed !== undefined) {
    return { id: `extension/${name}`, status: 'ok', what: `version ${installed.version}`, adds, remedy: '' };
  }
  const isAvailable = capabilities.availableExtensions.includes(name);
  const preload = extension.isPreloaded ? `add ${name} to shared_preload_libraries and restart, then ` : '';
  return {
    id: `extension/${name}`,
    status: 'missing',
    what: isAvailable ? 'on the server, not created in this database' : 'not on the server',
    adds,
    remedy: isAvailable
      ? `${preload}run: create extension ${name};`
      : `install the package that brings ${name}`,
  };
}
