import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  type ProgressListener,
  quoteIdentifier,
  quoteLiteral,
  unwrap,
} from '../../kernel/index.ts';
import {
  defaultStateDirectory,
  type EmbeddedServer,
  obtainBinaries,
  startEmbedded,
  stopAbandoned,
} from '../../postgres/embedded/index.ts';
import type { Mirror, MirrorGap } from '../types.ts';
import { applyDdl } from './apply-ddl.ts';
import { connectShadow, type ShadowConnection } from './connection.ts';
import { insertExtremes } from './extremes.ts';
import { injectExtended } from './inject-extended.ts';
import { injectColumns, injectRelations } from './inject-statistics.ts';
import { layOutFiles } from './lay-out-files.ts';

/** What a shadow is built from and where. */
export interface OpenShadowOptions {
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly stateDirectory?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A PostgreSQL of the target's major version with its schema and statistics and none of its rows. */
export interface Shadow {
  readonly mirror: Mirror;
  /** `server_version_num` of the shadow itself. */
  readonly versionNumber: number;
  /** Full version of the shadow: `18.4`. */
  readonly version: string;
  readonly gaps: readonly MirrorGap[];
  readonly dataDirectory: string;
  /** Connection URL of the role that plans. */
  readonly url: string;
  /** Superuser, for what changes the catalogue. */
  readonly owner: ShadowConnection;
  /** A role that may read and nothing else: plans are made with it. */
  readonly planner: ShadowConnection;
  /** Blocks of each table's file that really hold rows, by `schema` and `name` as JSON. */
  readonly realBlocks: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const DATABASE = 'shadow';
const PLANNER_ROLE = 'pgsteward_planner';

/** Plans of strangers' statements may call strangers' immutable functions. */
const PLANNER_TIMEOUT_MS = 30_000;

/** @source research/shadow-whatif.md, D4: each line has a measured reason */
const SETTINGS: Readonly<Record<string, string>> = {
  autovacuum: 'off',
  shared_buffers: '32MB',
  wal_level: 'replica',
  max_wal_senders: '0',
  max_locks_per_transaction: '1024',
  max_logical_replication_workers: '0',
  max_parallel_maintenance_workers: '0',
  maintenance_work_mem: '16MB',
  max_connections: '20',
  logging_collector: 'off',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
};

/**
 * Builds a shadow. Its directory is private and goes with it.
 * @throws EMBEDDED.* when the server of that major version cannot be had or started
 */
export async function openShadow(options: OpenShadowOptions): Promise<Shadow> {
  const { mirror, onProgress, signal } = options;
  const state = options.stateDirectory ?? defaultStateDirectory().path;
  const step = (done: number): void =>
    onProgress({ task: 'building the shadow', done, total: 6, unit: 'steps' });
  await clearAbandoned(join(state, 'shadows'), options.clock);
  const major = Math.floor(mirror.server.versionNumber / 10_000);
  const binaries = unwrap(await obtainBinaries(major, { onProgress, stateDirectory: state, signal }));
  const directory = join(state, 'shadows', `${process.pid}-${randomUUID().slice(0, 8)}`);
  const start = (): Promise<EmbeddedServer> =>
    startEmbedded({
      directory,
      binaries,
      settings: SETTINGS,
      isDurable: false,
      hasChecksums: false,
      ...(signal === undefined ? {} : { signal }),
    });
  step(0);
  let server: EmbeddedServer | null = null;
  const close = async (): Promise<void> => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    server = await start();
    const built = await fill(server, mirror, step);
    // The files are changed while nobody has their pages in memory.
    await server.stop();
    const realBlocks = built.files.apply();
    server = await start();
    step(5);
    const opened = await connect(server);
    step(6);
    return {
      mirror,
      ...opened,
      version: server.version,
      gaps: [...mirror.gaps, ...built.gaps],
      dataDirectory: server.dataDirectory,
      realBlocks,
      close: async () => {
        await Promise.allSettled([opened.owner.close(), opened.planner.close()]);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes the schema and writes the statistics; the files are only read where they are. */
async function fill(
  server: EmbeddedServer,
  mirror: Mirror,
  step: (done: number) => void,
): Promise<{ readonly gaps: readonly MirrorGap[]; readonly files: Awaited<ReturnType<typeof layOutFiles>> }> {
  step(1);
  const gaps = await createDatabase(server, mirror);
  const connection = await connectShadow(server.connectionUrl(DATABASE));
  try {
    gaps.push(...(await applyDdl(connection, mirror.ddl)));
    step(2);
    await insertExtremes(connection, mirror);
    await injectRelations(connection, mirror);
    gaps.push(...(await injectColumns(connection, mirror)));
    step(3);
    gaps.push(...(await injectExtended(connection, mirror)));
    await createPlannerRole(connection, mirror, new URL(server.connectionUrl(DATABASE)).password);
    step(4);
    return { gaps, files: await layOutFiles(connection, mirror, server.dataDirectory) };
  } finally {
    await connection.close();
  }
}

async function connect(
  server: EmbeddedServer,
): Promise<Pick<Shadow, 'url' | 'owner' | 'planner' | 'versionNumber'>> {
  const url = server.connectionUrl(DATABASE);
  const [owner, planner] = await Promise.all([connectShadow(url), connectShadow(url)]);
  await owner.run('set allow_system_table_mods = on; set client_min_messages = error');
  const { rows } = await owner.run<{ settings: readonly string[]; number: string }>(
    `select coalesce((select setconfig from pg_catalog.pg_db_role_setting s join pg_catalog.pg_roles r on r.oid = s.setrole
       where r.rolname = '${PLANNER_ROLE}'), '{}') as settings, current_setting('server_version_num') as number`,
  );
  for (const setting of rows[0]?.settings ?? []) {
    const at = setting.indexOf('=');
    await planner.run(
      `set ${quoteIdentifier(setting.slice(0, at))} = ${quoteLiteral(setting.slice(at + 1))}`,
    );
  }
  await planner.run(
    `set session authorization ${PLANNER_ROLE}; set statement_timeout = ${PLANNER_TIMEOUT_MS}`,
  );
  return { url: plannerUrl(url), owner, planner, versionNumber: Number(rows[0]?.number) };
}

/** The superuser's URL with the role that plans in its place; both have one password. */
function plannerUrl(url: string): string {
  const own = new URL(url);
  own.username = PLANNER_ROLE;
  return own.toString();
}

/** Makes the database with the target's encoding and collation, or as near as this machine has it. */
async function createDatabase(server: EmbeddedServer, mirror: Mirror): Promise<MirrorGap[]> {
  const admin = await connectShadow(server.connectionUrl('postgres'));
  const { collation } = mirror.server;
  let said: string | null = null;
  try {
    for (const sql of databaseSql(mirror)) {
      const reason = await admin.run(sql).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (reason === null) break;
      said ??= reason;
    }
    return said === null ? [] : [collationGap(collation.locale ?? collation.collate, said)];
  } finally {
    await admin.close();
  }
}

/** The exact database first, then ever coarser ones. */
function databaseSql({ server }: Mirror): readonly string[] {
  const { encoding, collation, versionNumber } = server;
  const base = `create database ${DATABASE} template template0 encoding ${quoteLiteral(encoding)}`;
  // From 17 on the cluster's own provider would be taken for libc's.
  const libc = versionNumber >= 170_000 ? ' locale_provider libc' : '';
  const named = (collate: string, ctype: string): string =>
    ` lc_collate ${quoteLiteral(collate)} lc_ctype ${quoteLiteral(ctype)}`;
  const locale = quoteLiteral(collation.locale ?? collation.collate);
  const providers = {
    icu: ` locale_provider icu icu_locale ${locale}`,
    builtin: ` locale_provider builtin builtin_locale ${locale}`,
    libc,
  };
  return [
    `${base}${providers[collation.provider]}${named(collation.collate, collation.ctype)}`,
    `${base}${named('C.UTF-8', 'C.UTF-8')}${libc}`,
    `${base}${named('C', 'C')}${libc}`,
    `create database ${DATABASE} template template0`,
  ];
}

function collationGap(locale: string, reason: string): MirrorGap {
  return {
    id: 'whatif/collation',
    reason: `the shadow does not sort as the target does (${locale}): ${reason}`,
    remedy: 'estimates of ranges over texts may differ; install the locale on this machine',
    subject: null,
  };
}

/** A role that reads everything and owns nothing, with the target's planner settings. */
async function createPlannerRole(
  connection: ShadowConnection,
  mirror: Mirror,
  password: string,
): Promise<void> {
  await connection.run(
    `create role ${PLANNER_ROLE} login password ${quoteLiteral(decodeURIComponent(password))}; grant pg_read_all_data, pg_write_all_data to ${PLANNER_ROLE}; grant create, temporary on database ${DATABASE} to ${PLANNER_ROLE}`,
  );
  const settings = Object.entries(mirror.settings).map(([name, value]) =>
    connection.run(`alter role ${PLANNER_ROLE} set ${quoteIdentifier(name)} = ${quoteLiteral(value)}`),
  );
  await Promise.allSettled(settings);
}

/** A killed agent leaves its shadows; their servers are stopped and their directories removed. */
async function clearAbandoned(directory: string, clock: Clock): Promise<void> {
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    const pid = Number.parseInt(name, 10);
    if (Number.isNaN(pid) || pid === process.pid) continue;
    const one = join(directory, name);
    if (await stopAbandoned(one, clock)) await rm(one, { recursive: true, force: true });
  }
}
